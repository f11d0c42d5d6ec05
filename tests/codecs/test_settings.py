import json

from fivefold.codecs.settings import Settings


def test_settings_round_trip_through_json():
    asked = Settings(scale="robust", image_size=(8, 9), rare=3, text_length=12)
    assert Settings.from_json(json.loads(json.dumps(asked.to_json()))) == asked
    assert Settings.from_json(json.loads(json.dumps(Settings().to_json()))) == Settings()
