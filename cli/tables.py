"""Tables of figures: what columns there are, how several runs are written, what papers report of the same data."""

import statistics

# What the papers report of the same data: modes, share of high quality, KL(generated || uniform); of stacked digits
# modes and KL, of codes the purity.
_OF_MIXTURES = (
    "Papers: PacGAN (Lin et al. 2018, arXiv:1712.04086), mean ± standard error of ten runs of 400,000 steps, 2,500 "
    "samples; VEEGAN (Srivastava et al. 2017, arXiv:1705.07761); both with networks of their own. Ours are of 10,000 "
    "samples, which makes it easier to cover a mode."
)
PAPERS_PROTOCOLS = {
    "ring": _OF_MIXTURES,
    "grid": _OF_MIXTURES,
    "stacked_mnist": (
        "Papers: PacGAN (Lin et al. 2018, arXiv:1712.04086), table 2, mean ± standard error of ten runs of 50 epochs, "
        "26,000 samples; R3GAN (Huang et al. 2024, arXiv:2501.05441), the ablation of its loss and its last "
        "configuration. A sampler of real digits has a KL of 0.024 over 26,000 samples."
    ),
    "binary_mnist": (
        "Papers: Burda et al. 2016 (arXiv:1509.00519), the same networks and protocol, on Larochelle's fixed "
        "binarization, after 3,280 passes over the data."
    ),
}
PAPERS = {
    "ring": (
        ("GAN of PacGAN's table 1", "6.3 ± 0.5", "98.2 ± 0.2", "0.45 ± 0.09"),
        ("PacGAN2, the same table", "7.9 ± 0.1", "95.6 ± 2.0", "0.07 ± 0.03"),
        ("PacGAN4, the same table", "7.8 ± 0.1", "95.9 ± 1.4", "0.07 ± 0.02"),
        ("GAN of VEEGAN's table 1", "1", "99.3", ""),
        ("Unrolled GAN, the same table", "7.6", "35.6", ""),
        ("VEEGAN, the same table", "8", "52.9", ""),
    ),
    "grid": (
        ("GAN of PacGAN's table 1", "17.3 ± 0.8", "94.8 ± 0.7", "0.70 ± 0.07"),
        ("PacGAN2, the same table", "23.8 ± 0.7", "91.3 ± 0.8", "0.13 ± 0.04"),
        ("PacGAN4, the same table", "24.8 ± 0.2", "93.6 ± 0.6", "0.04 ± 0.01"),
        ("GAN of VEEGAN's table 1", "3.3", "0.5", ""),
        ("Unrolled GAN, the same table", "23.6", "16", ""),
        ("VEEGAN, the same table", "24.6", "40", ""),
    ),
    "stacked_mnist": (
        ("DCGAN of PacGAN's table 2", "78.9 ± 6.5", "4.50 ± 0.13"),
        ("PacDCGAN2, the same table", "1000.0", "0.06 ± 0.003"),
        ("relativistic pairs, R1 and R2, R3GAN's ablation", "1000", "0.0781"),
        ("R3GAN, config E", "1000", "0.029"),
    ),
    "binary_mnist": (
        ("VAE of Burda et al., fixed bits", "88.71"),
        ("IWAE, k = 5, the same table", "87.63"),
        ("IWAE, k = 50, the same table", "87.10"),
    ),
    "mnist-code": (("the paper, of real digits", "95"),),
}
# (title, measure, number, format, factor)
POINT_COLUMNS = (
    ("modes", "modes", "modes", "{:.1f}", 1),
    ("high quality, %", "modes", "high_quality", "{:.1f}", 100),
    ("KL", "modes", "reverse_kl", "{:.3f}", 1),
    ("dispersion", "modes", "dispersion", "{:.2f}", 1),
    ("EMD", "earth_movers_distance", "earth_movers_distance", "{:.3f}", 1),
)
IMAGE_COLUMNS = (
    ("classifier-Fréchet", "classifier_frechet", "frechet_distance", "{:.2f}", 1),
    ("classifier score", "classifier_score", "classifier_score", "{:.2f}", 1),
    ("precision", "neighbours", "precision", "{:.2f}", 1),
    ("recall", "neighbours", "recall", "{:.2f}", 1),
    ("classes' KL", "classes", "kl_to_uniform", "{:.3f}", 1),
)
LIKELIHOOD_COLUMNS = (
    ("-log p(x), nats", "likelihood", "negative_log_likelihood", "{:.2f}", 1),
    ("-ELBO, nats", "bounds", "negative_elbo", "{:.2f}", 1),
    ("-L_5, nats", "bounds", "negative_bound_of_5", "{:.2f}", 1),
    ("-L_50, nats", "bounds", "negative_bound_of_50", "{:.2f}", 1),
    ("active units", "latent", "active_units", "{:.0f}", 1),
    *IMAGE_COLUMNS[:1],
)
LABEL_COLUMNS = (
    ("right label, %", "labels", "label_accuracy", "{:.1f}", 100),
    ("classifier-Fréchet", "classifier_frechet", "frechet_distance", "{:.2f}", 1),
    ("mean of the classes'", "classifier_frechet_by_class", "mean", "{:.2f}", 1),
    ("classifier score", "classifier_score", "classifier_score", "{:.2f}", 1),
    ("precision", "neighbours", "precision", "{:.2f}", 1),
    ("recall", "neighbours", "recall", "{:.2f}", 1),
)
CODE_COLUMNS = (("purity of the code, %", "code", "purity", "{:.1f}", 100), *IMAGE_COLUMNS)
STACKED_COLUMNS = (
    ("modes of 1,000", "stacked_modes", "modes", "{:.1f}", 1),
    ("KL", "stacked_modes", "kl_to_uniform", "{:.3f}", 1),
)
PIXEL_COLUMNS = (
    ("sliced Wasserstein", "sliced_wasserstein", "sliced_wasserstein", "{:.4f}", 1),
    ("precision", "neighbours", "precision", "{:.2f}", 1),
    ("recall", "neighbours", "recall", "{:.2f}", 1),
    ("MS-SSIM", "diversity", "ms_ssim", "{:.3f}", 1),
)
ATTRIBUTE_COLUMNS = (
    ("hair and eyes right, %", "attributes", "accuracy", "{:.1f}", 100),
    ("of held-out combinations, %", "held_out_attributes", "accuracy", "{:.1f}", 100),
    *PIXEL_COLUMNS,
)
TRANSLATION_COLUMNS = (
    ("X to Y, % of the identity's error", "forward", "over_identity", "{:.1f}", 100),
    ("Y to X, % of the identity's error", "backward", "over_identity", "{:.1f}", 100),
)
SHOWER_COLUMNS = (
    ("chi-square / ndf of the total energy", "response", "chi2_per_ndf", "{:.2f}", 1),
    ("largest shift of its mean, %", "response", "largest_shift", "{:.2f}", 100),
    ("the same of the layers, median", "layers", "median", "{:.1f}", 1),
    ("separation power of the layers", "separation", "mean", "{:.3f}", 1),
)
# What a generator was asked for comes first: which table a run belongs to is told by the first measure of its columns.
KINDS = (
    LIKELIHOOD_COLUMNS, LABEL_COLUMNS, CODE_COLUMNS, ATTRIBUTE_COLUMNS, TRANSLATION_COLUMNS, POINT_COLUMNS,
    IMAGE_COLUMNS, STACKED_COLUMNS, SHOWER_COLUMNS, PIXEL_COLUMNS,
)  # fmt: skip


def columns_of(measures):
    """Return those columns whose measures a protocol made: tuples of title, measure, number, format and factor."""
    for columns in KINDS:
        if columns[0][1] in measures:
            return tuple(column for column in columns if column[1] in measures)
    raise ValueError(f"Measures of {sorted(measures)} are of no protocol of keras_gans.metrics.")


def figure(runs, measure, number, form, factor):
    """Write one run's number as it is, several as mean ± sample standard deviation, infinity where one is infinite.

    JSON holds None for what is infinite, such as the KL of a generator without a sample of high quality. Nothing is
    written of what was not measured, such as the way back of a translator of one direction.
    """
    if measure not in runs[0]["measures"]:
        return ""
    values = [run["measures"][measure][number] for run in runs]
    if None in values:
        return "∞"
    return several([value * factor for value in values], form)


def several(values, form):
    """Write one number as it is, several as mean ± sample standard deviation."""
    if len(values) == 1:
        return form.format(values[0])
    return f"{form.format(statistics.mean(values))} ± {form.replace('+', '').format(statistics.stdev(values))}"


def in_words(runs, columns):
    """Return the columns of one or several runs as a line of text."""
    pairs = [(title.partition(", "), figure(runs, *column)) for title, *column in columns]
    return ", ".join(f"{what} {number} {unit}".rstrip() for (what, _, unit), number in pairs)


def paper_rows(data, columns):
    """Return the papers' rows of a set of data: who, and a cell for each of the columns."""
    cells = [[who, *numbers, *[""] * len(columns)] for who, *numbers in PAPERS.get(data, ())]
    return [row[: len(columns) + 1] for row in cells]


def markdown(head, lines):
    """Return a table in Markdown."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))
