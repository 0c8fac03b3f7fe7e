"""Captions as vectors: phrases of a fixed vocabulary, such as "red hair, green eyes"."""

import difflib

import numpy as np


class PhraseEncoder:
    """Turns captions of comma-separated phrases into one-hot vectors, one for each attribute, side by side.

    A phrase is a value and a name, "red hair", of which the name is the last word; a phrase of one word, "smiling", is
    a name alone, and its value is "". An attribute that a caption does not name has a vector of zeros. For other texts
    any embedding made elsewhere serves as well: networks of `Vectors(size)` take arrays (n, size).

    Args:
        attributes: Dict from the name of each attribute to the list of its values, in the order of the vector.

    Raises:
        ValueError: If there is no attribute, or one without a value or with one twice.

    Example:
        >>> encode = PhraseEncoder({"hair": ["red", "green"], "eyes": ["blue", "red"]})
        >>> encode(["red hair, blue eyes"])
        array([[1., 0., 1., 0.]], dtype=float32)
    """

    def __init__(self, attributes):
        self.attributes = {str(name): [str(value) for value in values] for name, values in attributes.items()}
        if not self.attributes or any(not v or len(set(v)) < len(v) for v in self.attributes.values()):
            raise ValueError(
                f"attributes={attributes!r} were passed. Expected names with lists of their values, each once, such as "
                '{"hair": ["red", "green"]}.'
            )

    @classmethod
    def of(cls, captions):
        """Return the encoder of all the phrases in some captions, attributes and values in sorted order.

        Raises:
            ValueError: If a caption has no phrase, or one attribute twice.
        """
        found = {}
        for caption in captions:
            for name, value in _phrases(caption).items():
                found.setdefault(name, set()).add(value)
        return cls({name: sorted(found[name]) for name in sorted(found)})

    @property
    def size(self):
        """Length of a vector."""
        return sum(len(values) for values in self.attributes.values())

    def __call__(self, captions):
        """Return the vectors of captions.

        Args:
            captions: A caption, or a sequence of n.

        Returns:
            float32 array (size,) or (n, size).

        Raises:
            ValueError: If a word is unknown, a caption is empty, or names an attribute twice.
        """
        if isinstance(captions, str):
            return self([captions])[0]
        vectors = np.zeros((len(captions), self.size), np.float32)
        starts = dict(zip(self.attributes, np.cumsum([0, *map(len, self.attributes.values())]), strict=False))
        for row, caption in zip(vectors, captions, strict=True):
            for name, value in _phrases(caption).items():
                if name not in self.attributes:
                    raise ValueError(_unknown(name, caption, "attribute", self.attributes))
                if value not in self.attributes[name]:
                    raise ValueError(_unknown(value, caption, f"value of {name!r}", self.attributes[name]))
                row[starts[name] + self.attributes[name].index(value)] = 1
        return vectors

    def captions(self, vectors):
        """Return the captions of vectors, those of the largest value of each attribute that is named at all.

        Args:
            vectors: Array (n, size).
        """
        captions = []
        for vector in np.asarray(vectors):
            phrases, start = [], 0
            for name, values in self.attributes.items():
                part = vector[start : start + len(values)]
                start += len(values)
                if part.any():
                    phrases.append(f"{values[int(part.argmax())]} {name}".strip())
            captions.append(", ".join(phrases))
        return captions

    def get_config(self):
        """Return the constructor's arguments."""
        return {"attributes": self.attributes}

    def __repr__(self):
        return f"PhraseEncoder({self.attributes!r})"


def _phrases(caption):
    """Return a dict from name to value of a caption's phrases."""
    found = {}
    for phrase in caption.lower().split(","):
        words = phrase.split()
        if not words:
            raise ValueError(f'{caption!r} holds an empty phrase. Expected a caption like "red hair, blue eyes".')
        if words[-1] in found:
            raise ValueError(f"The caption {caption!r} names {words[-1]!r} twice. Expected each attribute once.")
        found[words[-1]] = " ".join(words[:-1])
    return found


def _unknown(word, caption, what, known):
    near = difflib.get_close_matches(word, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{word!r} in the caption {caption!r} is no {what}.{hint} Expected one of {', '.join(map(repr, known))}."
