"""What recipes/README.md, README.md and the recipes' heads say of results/recipes.json and results/floors.json.

    python benchmarks/result_tables.py

`benchmarks/results.py` calls it after every run.
"""

import ast
import json
import pathlib
import re
import statistics
import textwrap

from keras_gans.files import written_beside
from keras_gans_cli.tables import PAPERS_PROTOCOLS, columns_of, figure, in_words, markdown, paper_rows, several

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results" / "recipes.json"
FLOORS = ROOT / "results" / "floors.json"
PICTURES = ROOT / "results" / "recipes"
TITLES = {  # of sections: data, or data and what is asked for
    "digits": "Digits of scikit-learn, 16x16",
    "mnist": "MNIST",
    "mnist-labels": "MNIST, asked for by label",
    "mnist-code": "MNIST, by codes found without labels",
    "attribute_faces": "Drawn faces, asked for by caption",
    "coloured_digits": "Digits of scikit-learn, from grey to orange on blue cloth and back",
    "binary_mnist": "MNIST in black and white, by log-likelihood",
    "calorimeter": "Photons in a calorimeter, by energy",
    "mnist[:1000]": "MNIST, 1,000 images, judged by the test set",
    "stacked_mnist": "Stacked MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "ring": "Ring of 8 Gaussians",
    "grid": "Grid of 25 Gaussians",
}

HEADLINES = {  # of the curves
    "ring": "EMD",
    "grid": "EMD",
    "digits": "Sliced Wasserstein distance",
    "stacked_mnist": "KL of the modes",
    "attribute_faces": "Sliced Wasserstein distance",
    "calorimeter": "Chi-square of the total energy over its degrees of freedom",
    "binary_mnist": "Estimate of -log p(x) of 500 test images, by 500 draws, in nats,",
    "coloured_digits": "Error of the translations as a share of the identity's",
}
# first measures of what was asked for, or found, or told of samples
ASKED = ("labels", "code", "attributes", "forward", "likelihood", "response")
# -log p(x) by draws in training, static binarization: Burda et al. 2016, arXiv:1509.00519
PAPERS_LIKELIHOODS = {1: "88.71", 5: "87.63", 50: "87.10"}
KINDS = ("labels", "code")  # measures whose runs have a section of their own, apart from others on the same data
SUMMARY = {  # of the project's README: data, title, the columns that are shown
    "mnist": ("MNIST: classifier-Fréchet", ("classifier-Fréchet",)),
    "fashion_mnist": ("Fashion-MNIST: the same", ("classifier-Fréchet",)),
    "ring": ("ring: modes of 8 / high quality, %", ("modes", "high quality, %")),
    "grid": ("grid: modes of 25 / high quality, %", ("modes", "high quality, %")),
}


def write_all(rows, floors):
    """Write the tables of both files, and the figures in the recipes' heads.

    Args:
        rows: Rows of results/recipes.json.
        floors: Measures of real samples by data, results/floors.json.
    """
    tables = [
        (section, table(section, rows, floors)) for section in TITLES if any(section_of(r) == section for r in rows)
    ]
    with written_beside(ROOT / "recipes" / "README.md") as beside:
        beside.write_text(page(tables, rows), encoding="utf-8")
    told = summary_of_what_was_asked_for(rows)
    write_between(ROOT / "docs" / "calorimeter.md", "energies", energies(rows))
    write_between(ROOT / "docs" / "variational.md", "likelihoods", likelihoods(rows))
    write_between(ROOT / "README.md", "results", "\n\n".join(filter(None, [summary(rows, floors), told])))
    for recipe in {row["recipe"] for row in rows} & set(recipes_of(rows)):
        path = ROOT / "recipes" / f"{recipe}.py"
        before, _, after = path.read_text(encoding="utf-8").partition("\nDeviations:")
        before = before.partition("\nOurs:")[0]
        with written_beside(path) as beside:
            beside.write_text(f"{before}\n{ours(recipe, rows)}\nDeviations:{after}", encoding="utf-8")


def write_between(page, name, text):
    """Put a text between the marks of a name in a page."""
    whole = re.sub(
        rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)",
        lambda match: f"{match[1]}\n{text}\n\n{match[2]}",
        page.read_text(encoding="utf-8"),
        flags=re.S,
    )
    with written_beside(page) as beside:
        beside.write_text(whole, encoding="utf-8")


def ours(recipe, rows):
    """Return what a recipe's head says of its own figures."""
    parts = []
    for section in TITLES:
        runs = [row for row in rows if (row["recipe"], section_of(row)) == (recipe, section)]
        if runs:
            figures = in_words(runs, columns_of(runs[0]["measures"])[:2])
            parts.append(f"{TITLES[section]}: {figures} ({seeds_of(runs)}, {runs[0]['steps']:,} steps)")
    return textwrap.fill("; ".join(parts) + ".", 120, initial_indent="Ours:       ", subsequent_indent=" " * 12)


def section_of(row):
    """Return the section that a row belongs to: its data, or data and what was asked for."""
    kind = columns_of(row["measures"])[0][1]
    return f"{row['data']}-{kind}" if kind in KINDS else row["data"]


def in_file_names(name):
    """Write the name of data, or of a recipe and its options, without what file names and links had better not hold."""
    return re.sub(r"[^\w.]+", "-", name.replace("--set ", "")).strip("-")


def seeds_of(runs):
    """Write how many seeds there were."""
    return f"{len(runs)} seeds" if len(runs) > 1 else "1 seed"


def table(section, rows, floors):
    """Return the table of one section in Markdown."""
    rows = [row for row in rows if section_of(row) == section]
    columns = max((columns_of(row["measures"]) for row in rows), key=len)
    head = ["recipe", "steps", "minutes", "cores", *(title for title, *_ in columns)]
    lines = []
    for recipe in dict.fromkeys(row["recipe"] for row in rows):
        runs = [row for row in rows if row["recipe"] == recipe]
        seeds = f" ({seeds_of(runs)})" if len(runs) > 1 else ""
        minutes = statistics.median(run["seconds"] for run in runs) / 60
        cores = "/".join(sorted({str(run["hardware"]["cpu_cores"]) for run in runs}))
        lines.append(
            [f"`{recipe}`{seeds}", f"{runs[0]['steps']:,}", f"{minutes:.1f}", cores]
            + [figure(runs, *column) for _, *column in columns]
        )
    if section in floors:
        real = [figure([{"measures": floors[section]}], *column) for _, *column in columns]
        lines.append([floors[section]["samples"]["of"], "", "", "", *real])
    lines += [[who, "", "", "", *cells] for who, *cells in paper_rows(section, columns)]
    return markdown(head, lines)


def summary(rows, floors):
    """Return one table of all recipes, with the figures by which each set of data is told best."""

    def line(name, runs_on):
        cells = []
        for data, (_, titles) in SUMMARY.items():
            runs = runs_on.get(data)
            columns = columns_of(runs[0]["measures"]) if runs else ()
            cells.append(" / ".join(figure(runs, *column) for title, *column in columns if title in titles))
        return [name, *cells]

    by_recipe = {}
    for row in rows:
        if section_of(row) in SUMMARY:
            by_recipe.setdefault(row["recipe"], {}).setdefault(section_of(row), []).append(row)
    lines = [line(f"`{recipe}`", by_recipe[recipe]) for recipe in sorted(by_recipe)]
    lines.append(line("real samples", {data: [{"measures": measures}] for data, measures in floors.items()}))
    return markdown(["recipe", *(title for title, _ in SUMMARY.values())], lines)


def summary_of_what_was_asked_for(rows):
    """Return one table of the recipes that are told what to make, or tell; nothing if there is no row of theirs."""
    lines = []
    for section in (section for section in TITLES if section not in SUMMARY):
        of_section = [row for row in rows if section_of(row) == section]
        first = columns_of(of_section[0]["measures"])[0][1] if of_section else None
        for recipe in sorted({row["recipe"] for row in of_section}) if first in ASKED else ():
            runs = [row for row in of_section if row["recipe"] == recipe]
            lines.append([f"`{recipe}`", TITLES[section], in_words(runs, columns_of(runs[0]["measures"])[:2])])
    return markdown(["recipe", "data", "what came of it"], lines) if lines else None


def energies(rows):
    """Return the table of showers' total energy, a line for each incident energy."""
    runs = [row["measures"]["response"] for row in rows if "response" in row["measures"]]
    lines = []
    for points in zip(*(run["energies"] for run in runs), strict=True):
        ratio = lambda name: [100 * p[name] / p[f"real_{name}"] for p in points]  # noqa: B023, E731
        shifts, widths = [x - 100 for x in ratio("mean")], ratio("std")
        chi2 = [p["chi2"] / p["ndf"] for p in points]
        real = f"{points[0]['real_mean']:.4f}", f"{100 * points[0]['real_std']:.2f}"
        cells = (several(values, form) for values, form in ((shifts, "{:+.2f}"), (widths, "{:.1f}"), (chi2, "{:.2f}")))
        lines.append([f"{points[0]['energy'] / 1000:.4g}", *real, *cells])
    total = several([run["chi2_per_ndf"] for run in runs], "{:.2f}") if runs else ""
    titles = [
        "E, GeV",
        "mean response",
        "its width, %",
        "shift of the mean, %",
        "width over the real, %",
        "chi-square / ndf",
    ]
    return markdown(titles, [*lines, ["all", "", "", "", "", total]])


def likelihoods(rows):
    """Return the table of log-likelihoods and bounds: of models by steps, then by the draws that they train with."""
    draws = lambda row: row["settings"].get("num_samples", 1)  # noqa: E731
    measured = [row for row in rows if "likelihood" in row["measures"]]
    lines = []
    for row in sorted(measured, key=lambda row: (row["steps"], draws(row))):
        measures, k = row["measures"], draws(row)
        bounds = [measures["bounds"][name] for name in ("negative_elbo", "negative_bound_of_5", "negative_bound_of_50")]
        found = [f"{nats:.2f}" for nats in (measures["likelihood"]["negative_log_likelihood"], *bounds)]
        line = [f"`{row['recipe']}`", str(k), f"{row['seconds'] / 60:.0f}", PAPERS_LIKELIHOODS[k]]
        lines.append([*line, *found, str(measures["latent"]["active_units"])])
    titles = ["run", "k", "minutes", "the papers", "-log p(x)", "-ELBO", "-L_5", "-L_50", "coordinates in use"]
    return markdown(titles, lines)


def page(tables, rows):
    """Return recipes/README.md."""
    hardware = sorted({row["hardware"]["cpu"] for row in rows})
    versions = sorted({", ".join(f"{k} {v}" for k, v in row["versions"].items()) for row in rows})
    parts = [HEAD.format(hardware="; ".join(hardware), versions="; ".join(versions))]
    for section, text in tables:
        protocol = f"\n\n{PAPERS_PROTOCOLS[section]}" if section in PAPERS_PROTOCOLS else ""
        parts.append(f"## {TITLES[section]}\n\n{text}{protocol}")
        names = {in_file_names(f"{r['recipe']}-{r['data']}") for r in rows if section_of(r) == section}
        parts += [
            f"![{name}](../results/recipes/{name}.png)\n\n*`{name}`, seed 0*"
            for name in sorted(names)
            if (PICTURES / f"{name}.png").exists()
        ]
        parts.append(
            f"![{TITLES[section]}: distance over training](../results/recipes/curves-{in_file_names(section)}.png)\n\n*"
            f"{HEADLINES.get(section, 'Classifier-Fréchet distance')} over training, seed 0*"
        )
    parts.append("## Papers and deviations\n\n" + "\n".join(map(head_of, recipes_of(rows))))
    return "\n\n".join(parts) + "\n"


def recipes_of(rows):
    """Return the recipes' names, without the options that some rows have."""
    return sorted({row["recipe"].split()[0] for row in rows})


def head_of(recipe):
    """Return what a recipe's head says of its paper, as an item of a list."""
    text = ast.get_docstring(ast.parse((ROOT / "recipes" / f"{recipe}.py").read_text(encoding="utf-8")))
    says, deviations = (
        " ".join(re.search(rf"^{label}:(.*?)(?=^\S|\Z)", text, flags=re.M | re.S)[1].split())
        for label in ("Paper says", "Deviations")
    )
    return f"- [`{recipe}`]({recipe}.py). The paper says: {says} Deviations: {deviations}"


HEAD = """# Recipes

One file, one paper: its head names the paper and what was changed, its constants and its `build` are the recipe. The
tables below, those of the project's README and the figures in the heads are written by `make results`, from
`results/recipes.json`.

```
keras-gans recipes                                       # list them
keras-gans train dcgan_radford2015                       # train one into runs/dcgan_radford2015-1
keras-gans train lsgan_mao2016 --data my/photos --image-size 64 --set width=48
keras-gans train lsgan_mao2016 --dry-run                 # options, networks, FLOPs, expected time
```

**Protocol.** Samples are 10,000 of the moving average of the generator at the last step of the run, latents
from seed 0; with several seeds, mean ± sample standard deviation. Minutes are the median run's, pictures and
measurements during it included. Hardware: {hardware}. Versions: {versions}.

- Images. *classifier-Fréchet*: Fréchet distance of the judge's 128 features to those of all 60,000 training
  images (smaller is better; it depends on the judge and on the numbers of images, so it compares with nothing
  outside of this table); *classifier score*: the Inception score's formula on the judge's class probabilities,
  mean of ten splits (at most 10); *precision*, *recall*: of the judge's features against 10,000 training
  images, k = 5 (Naeem et al. 2020); *classes' KL*: of the histogram of classes to the uniform one, in nats.
  Judges: `results/judges.json`. Where there is no judge: *sliced Wasserstein*, *precision*, *recall* of pixels,
  *MS-SSIM*: mean similarity of 1,000 pairs of samples (less is more diverse).
- What was asked for. *right label*: share of samples in which the judge reads their label, of labels as frequent as in
  the data; *mean of the classes'*: of the Fréchet distances of each class's samples to its training images; *purity of
  the code*: share of samples of the commonest digit of their code's value. Of drawn faces *hair and eyes right* is read
  off the pixels; *held-out combinations* are 8 of 48 that training never shows.
- Likelihoods. Negative estimate of log p(x), mean of the 10,000 test images, by 5,000 draws of z for each; *ELBO*,
  *L_5*, *L_50*: negative bounds of it on the same network; *active units*: coordinates of z whose mean under q(z|x)
  varies over images by more than 0.01; *classifier-Fréchet* of means of p(x|z) against MNIST in grey.
- Showers. 60,000, at energies as often as in the data, against as many held-out ones. *chi-square / ndf*: of the
  histograms of the total energy over the incident one, 30 bins at each of 15 energies; about 1 of real showers.
  *separation power*: mean over histograms of each layer's energy, centres and widths; 0 is equal, 1 disjoint.
- Translations. Mean absolute error of held-out images' translations to their partners, which training never shows, as a
  share of the error of the identity.
- Points. Data are scaled to standard deviation 1. *modes*: those with a sample within 3 sigma; *high quality*:
  share of samples within 3 sigma of a mode; *KL*: of the histogram of modes, over samples of high quality, to
  the uniform one, in nats; *dispersion*: mean distance to the nearest mode in sigma; *EMD*: exact earth mover's
  distance between 2,500 samples and 2,500 real points, in standard deviations of the data."""


def main():
    write_all(json.loads(RESULTS.read_text()), json.loads(FLOORS.read_text()))


if __name__ == "__main__":
    main()
