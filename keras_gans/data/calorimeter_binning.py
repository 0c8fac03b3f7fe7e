"""Binning: how the layers of a calorimeter are cut into voxels, in CaloChallenge's form."""

import dataclasses
import pathlib
import xml.etree.ElementTree as ET

import numpy as np

from keras_gans.checks import check_integer_from, check_positive_integer


@dataclasses.dataclass(frozen=True)
class Layer:
    """A layer of a calorimeter, cut into rings and these into sectors.

    Args:
        number: Number of the layer, as the detector counts them.
        r_edges: Edges of the rings in mm, from 0 up, at least two.
        num_alpha: Sectors of each ring, of equal angles from -pi on.

    Raises:
        ValueError: If the edges do not begin at 0 and grow, or a number is out of range.
    """

    number: int
    r_edges: tuple
    num_alpha: int = 1

    def __post_init__(self):
        check_integer_from(0, number=self.number)
        check_positive_integer(num_alpha=self.num_alpha)
        edges = np.asarray(self.r_edges, np.float64)
        if edges.ndim != 1 or len(edges) < 2 or not np.isfinite(edges).all() or edges[0] or (np.diff(edges) <= 0).any():
            raise ValueError(
                f"r_edges={self.r_edges} were passed for layer {self.number}. Expected edges of rings in mm that begin "
                "at 0 and grow, such as (0, 5, 10)."
            )
        object.__setattr__(self, "r_edges", tuple(float(edge) for edge in edges))

    @property
    def num_r(self):
        """Rings."""
        return len(self.r_edges) - 1

    @property
    def num_voxels(self):
        """Voxels, rings times sectors."""
        return self.num_r * self.num_alpha

    def centres(self):
        """Return r in mm and alpha in radians of each voxel's centre, two float64 arrays (num_voxels,), r fastest."""
        edges = np.asarray(self.r_edges)
        alpha = -np.pi + 2 * np.pi * (np.arange(self.num_alpha) + 0.5) / self.num_alpha
        return np.tile((edges[:-1] + edges[1:]) / 2, self.num_alpha), np.repeat(alpha, self.num_r)


class Binning:
    """Voxels of a shower: layer by layer, in a layer sector by sector (alpha), in a sector ring by ring (r).

    The order and the XML form are CaloChallenge's (Faucci Giannelli et al. 2022, calochallenge.github.io/homepage).

    Args:
        layers: `Layer`s, in the order of their numbers.
        particle: Name of the particle that the binning was made for.
        pid: Its number of the Particle Data Group.

    Attributes:
        layers: Tuple of `Layer`.

    Raises:
        ValueError: If there is no layer, or numbers do not grow.

    Example:
        >>> binning = keras_gans.data.Binning.from_xml("binning_dataset_1_pions.xml")
        >>> binning.num_voxels
        533
    """

    def __init__(self, layers, particle="photon", pid=22):
        self.layers, self.particle, self.pid = tuple(layers), particle, pid
        if not self.layers or (np.diff(self.numbers) <= 0).any():
            raise ValueError(
                f"Layers {self.numbers} were passed. Expected at least one, in the order of their numbers."
            )

    def __repr__(self):
        return f"Binning({self.particle!r}, {self.num_voxels} voxels in layers {', '.join(map(str, self.numbers))})"

    def __eq__(self, other):
        return isinstance(other, Binning) and self.layers == other.layers

    __hash__ = None

    @property
    def numbers(self):
        """Numbers of the layers, a list of int."""
        return [layer.number for layer in self.layers]

    @property
    def sizes(self):
        """Voxels of each layer, a list of int."""
        return [layer.num_voxels for layer in self.layers]

    @property
    def num_voxels(self):
        """Voxels of all layers."""
        return sum(self.sizes)

    def parts(self):
        """Return the slice of each layer in the voxels of a shower."""
        ends = np.cumsum(self.sizes)
        return [slice(int(end - size), int(end)) for end, size in zip(ends, self.sizes, strict=True)]

    def layer_sums(self, showers):
        """Return the sum over each layer's voxels.

        Args:
            showers: Array (n, num_voxels).

        Returns:
            float64 array (n, layers).
        """
        return np.stack([showers[:, part].sum(axis=1, dtype=np.float64) for part in self.parts()], axis=1)

    @classmethod
    def from_xml(cls, path, particle=None):
        """Read CaloChallenge's XML: `<Bins><Bin pid= name=><Layer id= r_edges= n_bin_alpha=/>...</Bin></Bins>`.

        A layer of one edge is absent.

        Args:
            path: The file.
            particle: Name of the `Bin` to take; may be None where there is one.

        Returns:
            `Binning`.

        Raises:
            FileNotFoundError: If there is no file.
            ValueError: If it is no such file, or holds no such particle.
        """
        path = pathlib.Path(path)
        expected = "Expected CaloChallenge's binning: <Bins><Bin><Layer id= r_edges= n_bin_alpha=/></Bin></Bins>."
        try:
            bins = ET.fromstring(path.read_text(encoding="utf-8")).findall("Bin")
            found = [element for element in bins if particle in (None, element.get("name"))]
            if len(found) != 1:
                names = ", ".join(repr(element.get("name")) for element in bins) or "none"
                raise ValueError(f"{path} holds the particles {names}, {particle!r} was asked for.")
            layers = [
                Layer(int(layer.get("id")), tuple(map(float, edges)), int(layer.get("n_bin_alpha")))
                for layer in found[0].findall("Layer")
                if len(edges := layer.get("r_edges").split(",")) > 1
            ]
            return cls(layers, found[0].get("name"), int(found[0].get("pid")))
        except (ET.ParseError, UnicodeDecodeError, AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"{path} cannot be read as a binning: {error} {expected}") from error

    def to_xml(self):
        """Return the XML that `from_xml` reads, a str."""
        root = ET.Element("Bins")
        element = ET.SubElement(root, "Bin", pid=str(self.pid), name=self.particle)
        for layer in self.layers:
            edges = ",".join(f"{edge:.17g}" for edge in layer.r_edges)
            ET.SubElement(element, "Layer", id=str(layer.number), r_edges=edges, n_bin_alpha=str(layer.num_alpha))
        ET.indent(root)
        return ET.tostring(root, encoding="unicode") + "\n"


# CaloChallenge's binning_dataset_1_photons.xml: ATLAS's presampler, the three layers of its electromagnetic barrel, and
# the first of its hadronic one; |eta| from 0.2 to 0.25.
PHOTON = Binning(
    [
        Layer(0, (0, 5, 10, 30, 50, 100, 200, 400, 600)),
        Layer(1, (0, 2, 4, 6, 8, 10, 12, 15, 20, 30, 40, 50, 70, 90, 120, 150, 200), 10),
        Layer(2, (0, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 130, 160, 200, 250, 300, 350, 400), 10),
        Layer(3, (0, 50, 100, 200, 400, 600)),
        Layer(12, (0, 100, 200, 400, 1000, 2000)),
    ]
)
