"""Drawn faces with captions: hair and eyes of asked-for colours, all else at random."""

import numpy as np

from keras_gans.checks import check_positive_integer
from keras_gans.data.image_set import ImageSet, room_for
from keras_gans.data.phrases import PhraseEncoder

HAIR = {
    "black": (32, 28, 36),
    "brown": (116, 66, 30),
    "blonde": (236, 206, 90),
    "red": (206, 36, 30),
    "green": (38, 148, 56),
    "blue": (34, 70, 206),
    "purple": (134, 42, 170),
    "pink": (248, 120, 184),
}
EYES = {
    "red": (220, 20, 30),
    "green": (20, 160, 50),
    "blue": (30, 80, 225),
    "purple": (150, 40, 200),
    "yellow": (235, 200, 20),
    "aqua": (20, 200, 210),
}
ENCODER = PhraseEncoder({"hair": list(HAIR), "eyes": list(EYES)})
# Combinations that no training face has, each colour among them at most twice.
HELD_OUT = (
    ("black", "red"),
    ("brown", "aqua"),
    ("blonde", "purple"),
    ("red", "green"),
    ("green", "red"),
    ("blue", "yellow"),
    ("purple", "blue"),
    ("pink", "green"),
)
SIZE = 32
_SKIN = np.array([(255, 224, 196), (241, 194, 150), (224, 172, 120), (176, 120, 80), (120, 76, 50)])
_SCLERA, _PUPIL, _LIPS = (250, 250, 250), (16, 12, 20), (176, 70, 80)
_CHUNK = 1024  # images drawn at a time
# In the middle of a face of side 1, within whose limits all poses stay: rows and columns.
_HAIR_PLACE = (slice(0.16, 0.27), slice(0.36, 0.64))
_EYES_PLACE = (slice(0.48, 0.63), slice(0.29, 0.71))


def attribute_faces(size=SIZE, num=20_000, combinations="seen", seed=0):
    """Draw faces whose hair and eyes have the colours that their captions name.

    Pose (place, tilt, size), shape of head, hair, eyes and mouth, skin and background are at random. No file and no
    network are needed: the default for text to image.

    Args:
        size: Side of the images in pixels, from 32 up.
        num: Images.
        combinations: "seen": all combinations of 8 colours of hair and 6 of eyes but the 8 of `HELD_OUT`; "held_out":
            these alone; "all".
        seed: Integer; the same seed gives the same faces.

    Returns:
        `ImageSet`: uint8 (num, size, size, 3), with captions such as "red hair, green eyes" and their vectors.

    Raises:
        ValueError: If `size` is no integer from 32 up, `num` no positive integer, or `combinations` is unknown.
    """
    check_positive_integer(num=num, size=size)
    if size < 32:
        raise ValueError(f"size={size} was passed. Expected at least 32 pixels: smaller eyes have no colour.")
    pairs = [(hair, eyes) for hair in HAIR for eyes in EYES]
    chosen = {
        "seen": [pair for pair in pairs if pair not in HELD_OUT],
        "held_out": list(HELD_OUT),
        "all": pairs,
    }
    if combinations not in chosen:
        raise ValueError(f"combinations={combinations!r} was passed. Expected one of {', '.join(map(repr, chosen))}.")
    rng = np.random.default_rng(seed)
    drawn = [chosen[combinations][i] for i in rng.integers(len(chosen[combinations]), size=num)]
    images = room_for((num, size, size, 3))
    for start in range(0, num, _CHUNK):
        part = drawn[start : start + _CHUNK]
        hair, eyes = np.array([HAIR[h] for h, _ in part]), np.array([EYES[e] for _, e in part])
        images[start : start + len(part)] = _draw(size, hair, eyes, rng)
    captions = [_caption(*pair) for pair in drawn]
    return ImageSet(images, captions=captions, encoder=ENCODER, name="attribute_faces")


def held_out_vectors():
    """Return the vectors of the captions of `HELD_OUT`, float32 (8, 14)."""
    return ENCODER([_caption(*pair) for pair in HELD_OUT])


def read_colours(images):
    """Read the colours of hair and eyes off the pixels of faces.

    Each pixel in the middle of the hair, and each around the eyes that has a colour of eyes, votes for the nearest
    colour.

    Args:
        images: float32 (n, H, W, 3) in [-1, 1], such as samples of a generator.

    Returns:
        Two int arrays (n,): positions in `HAIR` and in `EYES`. -1 where no pixel around the eyes has their colour.
    """
    pixels = (np.asarray(images, np.float32) + 1) * 127.5
    hair = _place(pixels, _HAIR_PLACE)
    nearest, _ = _nearest(hair, np.array(list(HAIR.values())))
    hair_votes = _votes(nearest, np.ones(nearest.shape, bool), len(HAIR))
    around = _place(pixels, _EYES_PLACE)
    nearest, distance = _nearest(around, np.array(list(EYES.values())))
    _, to_others = _nearest(around, np.array([*_SKIN, _SCLERA, _PUPIL, _LIPS]))
    eye_votes = _votes(nearest, (distance < 60) & (distance < to_others), len(EYES))
    eyes = np.where(eye_votes.any(axis=1), eye_votes.argmax(axis=1), -1)
    return hair_votes.argmax(axis=1), eyes


def colours_of(vectors):
    """Return what vectors of captions ask for, as `read_colours` says it; -1 where they do not name a colour."""
    hair, eyes = np.split(np.asarray(vectors), [len(HAIR)], axis=1)
    return tuple(np.where(part.any(axis=1), part.argmax(axis=1), -1) for part in (hair, eyes))


def _caption(hair, eyes):
    return f"{hair} hair, {eyes} eyes"


def _place(pixels, place):
    """Return the pixels of a part of the images, (n, places, 3)."""
    rows, columns = (
        slice(round(part.start * side), round(part.stop * side))
        for part, side in zip(place, pixels.shape[1:3], strict=True)
    )
    return pixels[:, rows, columns].reshape(len(pixels), -1, 3)


def _nearest(pixels, palette):
    """Return index and distance of the nearest colour of each pixel."""
    distances = np.linalg.norm(pixels[:, :, None] - palette, axis=-1)
    return distances.argmin(axis=-1), distances.min(axis=-1)


def _votes(nearest, counts, num):
    return np.stack([(counts & (nearest == i)).sum(axis=1) for i in range(num)], axis=1)


def _draw(size, hair, eyes, rng):
    """Draw faces of given colours, (m, 3) each; return uint8 (m, size, size, 3)."""
    m = len(hair)
    uniform = lambda low, high: rng.uniform(low, high, size=(m, 1, 1))  # noqa: E731
    places = (np.arange(size) + 0.5) / size
    rows, columns = np.meshgrid(places, places, indexing="ij")
    tilt, zoom = uniform(-0.12, 0.12), uniform(0.94, 1.06)
    y, x = rows - 0.5 - uniform(-0.03, 0.03), columns - 0.5 - uniform(-0.04, 0.04)
    x, y = (np.cos(tilt) * x - np.sin(tilt) * y) / zoom, (np.sin(tilt) * x + np.cos(tilt) * y) / zoom
    edge = 1.0 / size

    def inside(distance):
        """How much of a pixel lies inside, of a signed distance to the edge."""
        return np.clip(0.5 - distance / edge, 0, 1)[..., None]

    def ellipse(cx, cy, a, b):
        r = np.sqrt(((x - cx) / a) ** 2 + ((y - cy) / b) ** 2)
        return inside((r - 1) * np.minimum(a, b))

    def paint(image, cover, colour):
        return image + cover * (np.reshape(colour, (-1, 1, 1, 3)) - image)

    light = rng.uniform(0.9, 1.08, size=(m, 1))
    ground = rng.uniform(150, 245, size=(m, 3))
    image = np.reshape(ground, (m, 1, 1, 3)) * (1 + uniform(-0.3, 0.3)[..., None] * y[..., None])
    skin = _SKIN[rng.integers(len(_SKIN), size=m)] * rng.uniform(0.92, 1.04, size=(m, 1))
    width, height, length = uniform(0.25, 0.30), uniform(0.30, 0.34), uniform(0.02, 0.30)
    hair_colour = hair * light
    image = paint(image, ellipse(0, -0.06, width + 0.09, height + 0.06), hair_colour)
    sides = (np.abs(x) < width + 0.07) & (y > -0.06) & (y < -0.06 + 0.2 + length)
    image = paint(image, sides[..., None].astype(float), hair_colour * 0.92)
    neck = (np.abs(x) < 0.1) & (y > 0.2)
    image = paint(image, neck[..., None].astype(float), skin * 0.85)
    head = ellipse(0, 0.04, width, height)
    image = paint(image, head, skin)
    fringe = uniform(-0.16, -0.10) + uniform(-0.5, 0.5) * np.abs(x) ** 1.5 + uniform(-0.12, 0.12) * x
    image = paint(image, ellipse(0, -0.06, width + 0.03, height + 0.02) * inside(y - fringe), hair_colour)
    apart, open_, eye_y = uniform(0.115, 0.14), uniform(0.055, 0.075), uniform(0.03, 0.06)
    gaze = uniform(-0.012, 0.012)
    for side in (-1, 1):
        centre = side * apart
        white = ellipse(centre, eye_y, 0.085, open_)
        image = paint(image, white, _SCLERA)
        iris = ellipse(centre + gaze, eye_y, 0.058, 0.064) * white
        image = paint(image, iris, eyes)
        image = paint(image, ellipse(centre + gaze, eye_y, 0.018, 0.022), _PUPIL)
    mouth = uniform(0.05, 0.09)
    smile = uniform(-0.5, 1.2) * (mouth**2 - x**2) / mouth
    image = paint(image, inside(np.abs(y - 0.22 - 0.3 * smile) - 0.014) * inside(np.abs(x) - mouth), _LIPS)
    return np.rint(np.clip(image, 0, 255)).astype(np.uint8)
