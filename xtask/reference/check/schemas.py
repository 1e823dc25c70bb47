"""Checks the JSON Schemas with Python's jsonschema, and with types that are generated from them.

Usage: schemas.py SITE RELEASE RECORDING...

Every line of the recordings, messages of that release, is valid by its strict schema and by the open
one. The models that datamodel-code-generator makes of both read every line and write it again.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from jsonschema import Draft202012Validator

site, release, *recordings = sys.argv[1:]
messages = [json.loads(line) for path in recordings for line in Path(path).read_text().splitlines()]
assert len(messages) > 100, "there are hardly any messages"


def schema(scope, name):
    loaded = json.loads((Path(site) / "schemas" / scope / f"{name}.json").read_text())
    Draft202012Validator.check_schema(loaded)
    return loaded


def models(scope):
    """The module that is generated from the schema of any event."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "models.py"
        source = Path(site) / "schemas" / scope / "any-event.json"
        command = [
            Path(sys.executable).with_name("datamodel-codegen"),
            "--input", source, "--input-file-type", "jsonschema", "--output", path,
            "--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.11",
            "--use-title-as-name", "--formatters", "builtin",
        ]
        subprocess.run(command, check=True)
        spec = importlib.util.spec_from_file_location("models", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["models"] = module
        spec.loader.exec_module(module)
        return module


for scope in (release, "open"):
    validator = Draft202012Validator(schema(scope, "any-event"))
    of_event = {}
    for message in messages:
        name = message["event"]
        if name not in of_event:
            of_event[name] = Draft202012Validator(schema(scope, name))
        for one in (validator, of_event[name]):
            if not one.is_valid(message):
                error = next(of_event[name].iter_errors(message), "it fits no event")
                sys.exit(f"error: {scope}: {message}: {error}")
    # A message that the release cannot send.
    odd = {**messages[0], "event": "NO_SUCH_EVENT"}
    assert validator.is_valid(odd) == (scope == "open"), f"{scope}: {odd}"

    root = models(scope).QmpEvent
    for message in messages:
        model = root.model_validate(message)
        written = model.model_dump(by_alias=True, exclude_unset=True, mode="json")
        assert written == message, f"{scope}: {message} became {written}"
        assert model.root.event == message["event"], f"{scope}: {message} was taken for {model.root.event}"
    print(f"{scope}: {len(messages)} messages of {len(of_event)} events are valid, and read by generated types")

catalogue = json.loads((Path(site) / "data/events.json").read_text())
Draft202012Validator(json.loads((Path(site) / "data/events.schema.json").read_text())).validate(catalogue)
print(f"events.json is valid: {len(catalogue['events'])} events, {len(catalogue['types'])} types")
