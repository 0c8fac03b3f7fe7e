"""How tables write what several runs gave."""

import statistics


def figure(runs, measure, number, form, factor):
    """Write one run's number as it is, several as mean ± sample standard deviation."""
    values = [run["measures"][measure][number] * factor for run in runs]
    if len(values) == 1:
        return form.format(values[0])
    return f"{form.format(statistics.mean(values))} ± {form.format(statistics.stdev(values))}"
