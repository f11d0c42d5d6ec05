// A forecast: the last steps, what is expected, and the band between the outermost quantiles.
show = function (answer) {
  const [expected] = answer.predictions;
  const written = (value) => (value === null ? "not a number"
    : value.toLocaleString(undefined, { maximumSignificantDigits: 6 }));
  document.getElementById("headline").textContent = "";
  const levels = Object.keys(answer.quantiles).sort((a, b) => a - b);
  const [low, high] = [levels[0], levels[levels.length - 1]].map((level) => answer.quantiles[level][0]);
  const [past] = channelsOf(document.getElementById("field-0").value);
  const before = (past || []).slice(-3 * expected.length);
  const known = [...before, ...expected, ...low, ...high].filter(Number.isFinite);
  const least = Math.min(...known), most = Math.max(...known);
  const plot = document.createElement("canvas");
  const width = (plot.width = 600), height = (plot.height = 200), pen = plot.getContext("2d");
  plot.setAttribute("aria-label", `The forecast with its band, ${low.length} steps`);
  const steps = before.length + expected.length;
  const x = (step) => 2 + (step / Math.max(1, steps - 1)) * (width - 4);
  const y = (value) => height - 4 - ((value - least) / (most - least || 1)) * (height - 8);
  const trace = (numbers, first) => numbers.forEach((value, i) => {
    if (Number.isFinite(value)) pen.lineTo(x(first + i), y(value));
  });
  pen.fillStyle = "#0072b233";
  pen.beginPath();
  trace(low, before.length);
  [...high].reverse().forEach((value, i) => pen.lineTo(x(steps - 1 - i), y(value)));
  pen.fill();
  for (const [numbers, first, colour] of [[before, 0, "#6e7781"], [expected, before.length, "#0072b2"]]) {
    pen.strokeStyle = colour;
    pen.beginPath();
    trace(numbers, first);
    pen.stroke();
  }
  const bars = document.getElementById("bars");
  bars.replaceChildren(plot);
  expected.forEach((value, i) => {
    const when = answer.times ? answer.times[0][i].replace("T", " ").slice(0, 16) : `step ${i + 1}`;
    const made = line(when, `${written(value)} (${written(low[i])} to ${written(high[i])})`);
    made.classList.add("step");
    bars.append(made);
  });
};
