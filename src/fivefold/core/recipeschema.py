"""What a recipe may hold, as a JSON Schema made from the fields of stages."""

from collections.abc import Iterable
from inspect import cleandoc
from operator import getitem
from typing import Annotated, Any, cast

from pydantic import ConfigDict, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic.json_schema import (  # type: ignore[attr-defined]
    GenerateJsonSchema,
    JsonSchemaValue,
    PydanticOmit,
)

from fivefold.core.docstring import meanings
from fivefold.core.recipe import FORMAT, stage_name
from fivefold.core.space import MAKERS
from fivefold.core.stage import Stage
from fivefold.core.values import lists_texts, write_value

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PAIRS = {"type": "array", "items": {"type": "array", "minItems": 2, "maxItems": 2}}
_MARKED = {"type": "object", "required": ["$pairs"], "properties": {"$pairs": _PAIRS}}
_SPACE = {"$ref": "#/$defs/space"}


class _Settings(GenerateJsonSchema):
    """What settings are in JSON: functions and modules are left out, as no recipe holds them."""

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        raise PydanticOmit

    def is_instance_schema(self, schema: Any) -> JsonSchemaValue:
        return self._by_name(schema["cls"])

    def is_subclass_schema(self, schema: Any) -> JsonSchemaValue:
        return self._by_name(schema["cls"])

    def dict_schema(self, schema: Any) -> JsonSchemaValue:
        told = super().dict_schema(schema)
        plain = schema.get("keys_schema", {}).get("type") == "str"
        return told if plain else {"anyOf": [told, _PAIRS, _MARKED]}

    def _by_name(self, cls: Any) -> JsonSchemaValue:
        if not hasattr(cls, "setting_name"):
            raise PydanticOmit
        return {"type": "string"}


def recipe_schema(stages: Iterable[type[Stage]]) -> dict[str, Any]:
    """The JSON Schema of recipes.

    Rows, modules and functions, which no recipe holds, are in none of its settings. A setting may
    be a space, which `tune` searches. Stages of one's own, `module:Class`, may have any settings.

    Args:
        stages: that a recipe may name.

    Example:
        >>> from fivefold.preprocess.split import Split
        >>> schema = recipe_schema([Split])
        >>> schema["$defs"]["Split"]["properties"]["with"]["properties"]["ahead"]["default"]
        0
    """
    known = {stage_name(stage): stage for stage in stages}
    own = {"stage": {"type": "string", "pattern": ":"}, "with": {"type": "object"}}
    definitions: dict[str, Any] = {
        "space": {
            "description": "Values that are searched.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "propertyNames": {"enum": list(MAKERS)},
            "additionalProperties": {"type": "array"},
        },
        "own": {"type": "object", "required": ["stage"], "properties": own},
    }
    for name, stage in known.items():
        definitions[name] = _stage(name, stage, definitions)
    entries = [{"$ref": f"#/$defs/{name}"} for name in [*known, "own"]]
    return {
        "$schema": DIALECT,
        "title": "A recipe of fivefold",
        "type": "object",
        "required": ["format", "stages"],
        "properties": {
            "format": {"const": FORMAT},
            "stages": {"type": "array", "items": {"anyOf": entries}},
        },
        "$defs": definitions,
    }


def _stage(name: str, stage: type[Stage], definitions: dict[str, Any]) -> dict[str, Any]:
    said, settings = meanings(stage.__doc__), dict[str, Any]()
    for setting, field in stage.model_fields.items():
        try:
            told = _setting(field)
        except PydanticOmit:
            continue
        definitions |= told.pop("$defs", {})
        if told:
            told = {"anyOf": [*told.get("anyOf", [told]), _SPACE]}
        told["description"] = said.get(setting, "")
        if not field.is_required():
            default = field.get_default(call_default_factory=True)
            told["default"] = write_value(default, field.annotation, setting, strict=False)
        settings[setting] = told
    required = [each for each, field in stage.model_fields.items() if field.is_required()]
    inner = {"type": "object", "additionalProperties": False, "properties": settings}
    return {
        "description": cleandoc(stage.__doc__ or "").splitlines()[0],
        "type": "object",
        "additionalProperties": False,
        "required": ["stage", *(["with"] if required else [])],
        "properties": {"stage": {"const": name}, "with": {**inner, "required": required}},
    }


def _setting(field: FieldInfo) -> dict[str, Any]:
    """One setting.

    Raises:
        PydanticOmit: if JSON cannot hold it.
    """
    annotation = getitem(cast(Any, Annotated), (field.annotation, *field.metadata, ""))
    adapter: TypeAdapter[Any] = TypeAdapter(
        annotation, config=ConfigDict(strict=True, arbitrary_types_allowed=True)
    )
    told = adapter.json_schema(schema_generator=_Settings, ref_template="#/$defs/{model}")
    alone = lists_texts(field.annotation)
    return {"anyOf": [told, {"type": "string"}]} if alone else told
