"""PyTorch's candidates of step_time.py: python step_time_torch.py CASE KIND CORES. Plain loops of the same networks."""

import contextlib
import itertools
import random
import sys

import torch
from step_time_cases import BLOCKS, CASES, CYCLE_WEIGHT, GP_WEIGHT, IDENTITY_WEIGHT, POOL_SIZE
from step_time_protocol import serve
from torch import nn
from torch.nn.functional import (
    avg_pool2d,
    binary_cross_entropy_with_logits,
    interpolate,
    l1_loss,
    mse_loss,
    relu,
)
from torch.nn.utils.parametrizations import spectral_norm


def networks(name):
    """The networks of a case, generator and discriminator; two and two of CycleGAN."""
    case = CASES[name]
    if name == "mlp":
        return _mlp(case.latent_dim, 2, case.width), _mlp(2, 1, case.width)
    if name == "sn_resnet":
        return ResNetGenerator(case), ResNetDiscriminator(case)
    if name == "cyclegan":
        return tuple(build(case) for build in (_translator, _patches) for _ in range(2))
    return _dcgan(case)


def _mlp(inputs, outputs, width):
    widths = [inputs, width, width, width]
    hidden = [layer for a, b in itertools.pairwise(widths) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(width, outputs))


def _dcgan(case):
    width, channels, normed = case.width, case.shape[2], case.loss != "wasserstein"
    generator = nn.Sequential(
        nn.Linear(case.latent_dim, 7 * 7 * 2 * width, bias=False),
        nn.Unflatten(1, (2 * width, 7, 7)),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 5, 2, padding=2, output_padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, channels, 5, 2, padding=2, output_padding=1),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(channels, width, 5, 2, padding=2),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 5, 2, padding=2, bias=not normed),
        nn.BatchNorm2d(2 * width) if normed else nn.Identity(),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(7 * 7 * 2 * width, 1),
    )
    return generator, discriminator


class UpBlock(nn.Module):
    """Residual block of the generator."""

    def __init__(self, width):
        super().__init__()
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(2))
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.shortcut = nn.Conv2d(width, width, 1)

    def forward(self, h):
        """Double the sides."""
        r = self.convs[0](interpolate(relu(self.norms[0](h)), scale_factor=2))
        return self.convs[1](relu(self.norms[1](r))) + interpolate(self.shortcut(h), scale_factor=2)


class ResNetGenerator(nn.Module):
    """The generator of keras_gans.networks.resnet_generator."""

    def __init__(self, case):
        super().__init__()
        width = case.width
        self.first = nn.Sequential(nn.Linear(case.latent_dim, 4 * 4 * width), nn.Unflatten(1, (width, 4, 4)))
        self.blocks = nn.Sequential(*(UpBlock(width) for _ in range(3)))
        last = nn.Conv2d(width, case.shape[2], 3, padding=1)
        self.last = nn.Sequential(nn.BatchNorm2d(width), nn.ReLU(), last, nn.Tanh())

    def forward(self, z):
        """Return images."""
        return self.last(self.blocks(self.first(z)))


class Block(nn.Module):
    """Residual block of the discriminator."""

    def __init__(self, inputs, width, first=False, down=False):
        super().__init__()
        self.is_first, self.down = first, down
        self.convs = nn.ModuleList(spectral_norm(nn.Conv2d(c, width, 3, padding=1)) for c in (inputs, width))
        self.shortcut = spectral_norm(nn.Conv2d(inputs, width, 1)) if down else None

    def forward(self, h):
        """Halve the sides where `down`."""
        r = self.convs[1](relu(self.convs[0](h if self.is_first else relu(h))))
        return avg_pool2d(r, 2) + self.shortcut(avg_pool2d(h, 2)) if self.down else r + h


class ResNetDiscriminator(nn.Module):
    """The discriminator of keras_gans.networks.resnet_discriminator, spectrally normalized."""

    def __init__(self, case):
        super().__init__()
        width = case.width
        first = Block(case.shape[2], width, first=True, down=True)
        self.blocks = nn.Sequential(first, Block(width, width, down=True), Block(width, width), Block(width, width))
        self.last = spectral_norm(nn.Linear(width, 1))

    def forward(self, x):
        """Return scores."""
        return self.last(relu(self.blocks(x)).sum((2, 3)))


class Residual(nn.Module):
    """Residual block of a translator."""

    def __init__(self, width):
        super().__init__()
        half = lambda: (nn.ReflectionPad2d(1), *_normed(nn.Conv2d(width, width, 3, bias=False), width))  # noqa: E731
        self.both = nn.Sequential(*half(), nn.ReLU(), *half())

    def forward(self, h):
        """Add the block."""
        return h + self.both(h)


def _normed(layer, channels):
    return layer, nn.InstanceNorm2d(channels, affine=True)


def _translator(case):
    width, channels = case.width, case.shape[2]
    parts = [nn.ReflectionPad2d(3), *_normed(nn.Conv2d(channels, width, 7, bias=False), width), nn.ReLU()]
    for a, b in ((1, 2), (2, 4)):
        conv = nn.Conv2d(a * width, b * width, 3, 2, padding=1, bias=False)
        parts += [*_normed(conv, b * width), nn.ReLU()]
    parts += [Residual(4 * width) for _ in range(BLOCKS)]
    for a, b in ((4, 2), (2, 1)):
        conv = nn.ConvTranspose2d(a * width, b * width, 3, 2, padding=1, output_padding=1, bias=False)
        parts += [*_normed(conv, b * width), nn.ReLU()]
    return nn.Sequential(*parts, nn.ReflectionPad2d(3), nn.Conv2d(width, channels, 7), nn.Tanh())


def _patches(case):
    width = case.width
    parts = [nn.Conv2d(case.shape[2], width, 4, 2, padding=1), nn.LeakyReLU(0.2)]
    for a, b, stride in ((1, 2, 2), (2, 4, 2), (4, 8, 1)):
        conv = nn.Conv2d(a * width, b * width, 4, stride, padding=1, bias=False)
        parts += [*_normed(conv, b * width), nn.LeakyReLU(0.2)]
    return nn.Sequential(*parts, nn.Conv2d(8 * width, 1, 4, padding=1))


class Pool:
    """The last images, as in the authors' code of CycleGAN."""

    def __init__(self):
        self.images = []

    def query(self, images):
        """Return as many images, some of them earlier ones."""
        given = []
        for image in images.split(1):
            if len(self.images) < POOL_SIZE:
                self.images.append(image)
            elif random.random() < 0.5:
                place = random.randrange(POOL_SIZE)
                image, self.images[place] = self.images[place], image
            given.append(image)
        return torch.cat(given)


def d_cost(case, real, fake):
    """The discriminator's loss, without a penalty."""
    if case.loss == "non_saturating":
        ones, zeros = torch.ones_like(real), torch.zeros_like(fake)
        return binary_cross_entropy_with_logits(real, ones) + binary_cross_entropy_with_logits(fake, zeros)
    if case.loss == "hinge":
        return relu(1.0 - real).mean() + relu(1.0 + fake).mean()
    return fake.mean() - real.mean()


def g_cost(case, fake):
    """The generator's loss."""
    if case.loss == "non_saturating":
        return binary_cross_entropy_with_logits(fake, torch.ones_like(fake))
    return -fake.mean()


def penalty(discriminator, real, fake):
    """The gradient penalty of WGAN-GP."""
    epsilon = torch.rand(len(real), 1, 1, 1)
    mixed = (fake + epsilon * (real - fake)).requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(mixed).sum(), mixed, create_graph=True)
    return GP_WEIGHT * ((gradient.flatten(1).norm(2, dim=1) - 1.0) ** 2).mean()


def gan_step(case, networks, batch, minimize, held):
    """Return the step of one generator and one discriminator."""
    generator, discriminator = networks

    def step():
        for _ in range(case.n_critic):
            x = batch()
            with torch.no_grad():
                x_fake = generator(torch.randn(case.m, case.latent_dim))
            d_loss = d_cost(case, discriminator(x), discriminator(x_fake))
            if case.loss == "wasserstein":
                d_loss = d_loss + penalty(discriminator, x, x_fake)
            minimize(1, d_loss)
        with held():
            g_loss = g_cost(case, discriminator(generator(torch.randn(case.m, case.latent_dim))))
            minimize(0, g_loss)
        return g_loss

    return step


def cyclegan_step(case, networks, batch, minimize, held):
    """Return CycleGAN's step, as the authors' code has it."""
    G, F, D_Y, D_X = networks
    pools = Pool(), Pool()
    to_one = lambda s: mse_loss(s, torch.ones_like(s))  # noqa: E731
    to_zero = lambda s: mse_loss(s, torch.zeros_like(s))  # noqa: E731

    def step():
        x, y = batch(0), batch(1)
        with held():
            y_fake, x_fake = G(x), F(y)
            cycle = l1_loss(F(y_fake), x) + l1_loss(G(x_fake), y)
            identity = l1_loss(F(x), x) + l1_loss(G(y), y)
            g_loss = to_one(D_Y(y_fake)) + to_one(D_X(x_fake)) + CYCLE_WEIGHT * (cycle + IDENTITY_WEIGHT * identity)
            minimize(0, g_loss)
        y_shown, x_shown = (pool.query(fake.detach()) for pool, fake in zip(pools, (y_fake, x_fake), strict=True))
        of_y, of_x = (to_one(D(real)) + to_zero(D(shown)) for D, real, shown in ((D_Y, y, y_shown), (D_X, x, x_shown)))
        minimize(1, 0.5 * (of_y + of_x))
        return g_loss

    return step


def build(name, kind):
    """A plain loop; tuned: channels_last and fused Adam; compiled: the same with compiled networks."""
    case = CASES[name]
    torch.manual_seed(0)
    tuned = kind != "torch"
    is_image = len(case.shape) == 3
    layout = torch.channels_last if tuned and is_image else torch.contiguous_format
    own = [network.to(memory_format=layout) for network in networks(name)]
    parameters = [sum(p.numel() for p in network.parameters()) for network in own]
    generators, discriminators = own[: len(own) // 2], own[len(own) // 2 :]
    rate, *betas = case.adam
    optimizers = [
        torch.optim.Adam([p for network in player for p in network.parameters()], lr=rate, betas=betas, fused=tuned)
        for player in (generators, discriminators)
    ]
    shape = (case.shape[2], *case.shape[:2]) if is_image else case.shape
    sides = [torch.randint(0, 256, (case.samples, *shape), dtype=torch.uint8) for _ in range(case.sides)]

    def batch(side=0):
        x = sides[side][torch.randint(0, case.samples, (case.m,))].float() / 127.5 - 1.0
        return x.contiguous(memory_format=layout)

    def minimize(player, loss):
        optimizers[player].zero_grad()
        loss.backward()
        optimizers[player].step()

    @contextlib.contextmanager
    def held():
        """Within, the discriminators' weights have no gradients."""
        for network in discriminators:
            network.requires_grad_(False)
        yield
        for network in discriminators:
            network.requires_grad_(True)

    used = [torch.compile(network) for network in own] if kind == "torch_compiled" else own
    make = cyclegan_step if case.loss == "cycle" else gan_step
    step = make(case, used, batch, minimize, held)

    def run(steps):
        for _ in range(steps):
            g_loss = step()
        return float(g_loss.detach())

    return run, {"torch": torch.__version__, "trainable_parameters": parameters}


def main():
    name, kind, cores = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(cores)
    serve(lambda: build(name, kind))


if __name__ == "__main__":
    main()
