// Classes of pixels: the mask over the picture, and which share of it each class has.
show = function (answer) {
  const [mask] = answer.predictions, [fractions] = answer.fractions;
  const bars = document.getElementById("bars");
  document.getElementById("headline").textContent = "";
  const source = document.querySelector("canvas[data-control]");
  const seen = document.createElement("canvas");
  [seen.width, seen.height] = [source.width, source.height];
  seen.setAttribute("aria-label", `The classes of ${mask.width} x ${mask.height} pixels over the picture`);
  const pen = seen.getContext("2d");
  pen.drawImage(source, 0, 0);
  const keys = answer.classes.map((label, place) => line(label, percent(fractions[place])));
  const picture = new Image();
  picture.addEventListener("load", () => {
    const plain = document.createElement("canvas");
    [plain.width, plain.height] = [picture.width, picture.height];
    plain.getContext("2d").drawImage(picture, 0, 0);
    const pixels = plain.getContext("2d").getImageData(0, 0, plain.width, plain.height);
    for (let at = 0; at < pixels.data.length; at += 4) { // the first class is left clear
      const [red, green, blue] = pixels.data.subarray(at, at + 3);
      pixels.data[at + 3] = red + green + blue ? 140 : 0;
    }
    plain.getContext("2d").putImageData(pixels, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(plain, 0, 0, seen.width, seen.height);
  });
  picture.src = `data:image/png;base64,${mask.png}`;
  answer.colours.forEach((colour, place) => {
    Object.assign(keys[place].firstChild.style, place
      ? { background: `${colour}8c`, borderLeft: `0.6em solid ${colour}`, paddingLeft: "0.3em" } : {});
  });
  bars.replaceChildren(seen, ...keys.filter((_, place) => fractions[place] > 0));
};

// What is drawn is asked about where it stands, as the mask lies over it.
centred = (source) => [0, 0, source.width, source.height];
