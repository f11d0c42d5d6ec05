import fivefold as ff


def written(folder, texts):
    for name, content in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def told(collected):
    return {finding.code: finding for finding in collected.findings}


def test_texts_of_another_encoding_are_told_once_with_their_count(tmp_path):
    texts = {f"{'ab'[n % 2]}/{n}.txt": f"café so {n}, or".encode("cp1252") for n in range(9)}
    texts["a/99.txt"] = "café café café".encode() + b" \xff"
    found = ff.Pipeline([ff.Collect(written(tmp_path, texts))]).run(progress=False)[ff.Collected]
    assert told(found)["encoding"].numbers["texts"] == 9
    assert "a/0.txt is not UTF-8" in told(found)["encoding"].sentence
    assert "So are 8 more." in told(found)["encoding"].sentence
    assert told(found)["damaged_text"].numbers["bytes"] == 1


def test_encoding_that_is_asked_for_is_that_of_each_text(tmp_path):
    texts = {f"{'ab'[n % 2]}/{n}.txt": f"жук {n}".encode("cp1251") for n in range(12)}
    collect = ff.Collect(written(tmp_path, texts), encoding="cp1251")
    found = ff.Pipeline([collect]).run(progress=False)[ff.Collected]
    assert found.table.column("text").tolist()[0] == "жук 0"
    assert "encoding" not in told(found)


def test_pictures_among_texts_are_counted(tmp_path):
    texts = {f"{'ab'[n % 2]}/{n}.txt": f"so it is {n}, or".encode() for n in range(12)}
    found = ff.Pipeline([ff.Collect(written(tmp_path, {**texts, "a/x.png": b"\x89PNG"}))]).run(
        progress=False
    )[ff.Collected]
    assert told(found)["other_files"].numbers["files"] == ["a/x.png"]
