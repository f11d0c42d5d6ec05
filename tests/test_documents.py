"""Documents of any script and length, from a frame to the answers of a bundle by every door."""

import numpy as np
import pandas as pd
import pytest

import fivefold as ff

ODD = {
    "a megabyte": "market shares profit " * 50_000,
    "one word of a megabyte": "a" * 1_000_000,
    "Arabic": "مرحبا بالعالم " * 20,
    "Thai": "ไทยภาษา" * 50,
    "Chinese": "天气很好" * 30,
    "Hindi and emoji": "हिन्दी भाषा 👩‍👩‍👧 🎉 " * 10,
    "lines": 'first\r\nsecond\n\tthird, "quoted", it\'s',
    "empty": "",
    "missing": None,
}


@pytest.mark.slow
def test_documents_of_any_script_and_length_are_learnt_and_answered_alike(tmp_path):
    rng = np.random.default_rng(0)
    words = np.array(["market", "shares", "goal", "league", "погода", "рынок"])
    texts = [" ".join(rng.choice(words, 12)) for _ in range(60)] + list(ODD.values()) * 2
    frame = pd.DataFrame({"text": texts, "about": np.resize(["money", "sport"], len(texts))})
    train, test = frame.iloc[: -len(ODD)], frame.iloc[-len(ODD) :]
    result = ff.Pipeline(
        [
            ff.Collect(train, target="about", test_source=test, kinds={"text": "text"}),
            ff.Preprocess(),
            ff.Train(epochs=1),
            ff.Evaluate(),
            ff.Deploy(tmp_path / "about.ff"),  # which takes all test rows through three doors
        ]
    ).run(seed=0, progress=False)
    (cut,) = [f for f in result[ff.Preprocessed].findings if f.code == "truncated_texts"]
    assert cut.numbers["longest"] == 150_000
    assert "not" in cut.sentence
    model = ff.load(tmp_path / "about.ff")
    asked = test[["text"]]
    wanted = model.predict_proba(asked)
    assert np.isfinite(wanted).all()
    asked.to_csv(tmp_path / "asked.csv", index=False)
    rows = [{"text": text} for text in ODD.values()]
    np.testing.assert_allclose(model.predict_proba(rows), wanted, atol=1e-6)
    np.testing.assert_allclose(model.predict_proba(tmp_path / "asked.csv"), wanted, atol=1e-6)
    np.testing.assert_array_equal(wanted[-2], wanted[-1])  # no words, whether empty or missing
