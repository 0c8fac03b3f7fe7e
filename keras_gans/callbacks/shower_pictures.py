"""Generated showers beside real ones, all along a run."""

import pathlib

from keras_gans import pictures
from keras_gans.callbacks.chief_only import chief_only
from keras_gans.callbacks.every_n_steps import EveryNSteps


@chief_only
class ShowerPictures(EveryNSteps):
    """Draw the energy response of generated and real showers at each incident energy: `step_0001000.png`.

    The showers come from the same z all along a run, by the generator's moving average where there is one.

    Args:
        protocol: `metrics.ShowerProtocol`, which has the real showers.
        directory: Folder to write to; made if missing.
        every: Generator steps between two pictures.
        y: Incident energies of the generated showers in MeV, array (n, 1).
        seed: Integer from which z is drawn.

    Raises:
        ValueError: If `every` is no integer from 1 up.

    Example:
        ```python
        showers = data.simulated_showers()
        protocol = metrics.ShowerProtocol(showers.showers, showers.energies, showers.binning)
        model.fit(..., callbacks=[ShowerPictures(protocol, "run/samples", every=1000, y=showers.energies)])
        ```
    """

    def __init__(self, protocol, directory, every, y, seed=0):
        super().__init__(every)
        self.protocol, self.directory, self.y, self.seed = protocol, pathlib.Path(directory), y, seed

    def act(self, step):
        """Write the picture of this step."""
        showers = self.model.sample(len(self.y), y=self.y, seed=self.seed)
        panels = self.protocol.response_histograms(showers, self.y)
        pictures.shower_histograms(panels, self.directory / f"step_{step:07d}.png")
