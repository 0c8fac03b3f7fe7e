"""The command `keras-gans`, run within the test's own process: TensorFlow is loaded once."""

import json

from typer.testing import CliRunner

from keras_gans_cli.app import app

OK = 0


def keras_gans(*arguments, code=OK):
    """Run the command, check its exit code, and return the result with its `stdout` and `stderr`."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    unforeseen = result.exception if not isinstance(result.exception, SystemExit) else None
    assert unforeseen is None, repr(unforeseen)
    assert result.exit_code == code, result.output[-3000:]
    return result


def refused(*arguments, code=2):
    """Run the command, check that it ends in one sentence on standard error, and return that."""
    result = keras_gans(*arguments, code=code)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line


def files_in(folder):
    """What is in a folder: bytes of each file, None for each folder."""
    return {path: None if path.is_dir() else path.read_bytes() for path in sorted(folder.rglob("*"))}


def json_lines(path):
    """Rows of a file of JSON lines; refuses NaN and Infinity, which are no JSON."""
    return [strict_json(line) for line in path.read_text(encoding="utf-8").splitlines()]


def strict_json(text):
    def refuse(name):
        raise ValueError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)
