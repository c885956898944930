// Draws the figures of each canvas[data-chart]; the table behind has them exactly.
(() => {
  "use strict";

  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);

  // A custom property as the colour that it is now.
  function colour(name) {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  }

  const units = {
    usd: (value) => "$" + value.replace(/0+$/, "").replace(/\.(\d?)$/, (_, digit) => "." + digit.padEnd(2, "0")),
    tokens: (value) => Number(value).toLocaleString("en") + " tokens",
    ms: (value) => Number(value).toLocaleString("en") + " ms",
    "": (value) => Number(value).toLocaleString("en"),
  };

  const ticks = {
    usd: (value) => "$" + Number(value.toFixed(6)).toFixed(6).replace(/0{1,4}$/, ""),
    ms: (value) => value.toLocaleString("en") + " ms",
  };

  const drawn = new Map();

  function draw(canvas) {
    const chart = JSON.parse(canvas.dataset.chart);
    const isLine = chart.kind === "line";
    const ink = colour("--ink-soft");
    const line = colour("--line");
    drawn.get(canvas)?.destroy();
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 11;
    const datasets = chart.series.map((series, index) => {
      const paint = colour(`--chart-${index + 1}`);
      return {
        label: series.name,
        // A day without turns has no time: a gap, and not the fastest day of all.
        data: series.values.map((value) => (isLine && Number(value) === 0 ? null : Number(value))),
        exact: series.values,
        backgroundColor: paint,
        borderColor: paint,
        borderWidth: isLine ? 2 : 0,
        borderRadius: isLine ? 0 : 2,
        pointRadius: isLine ? 2 : 0,
        pointHitRadius: 12,
        maxBarThickness: 28,
      };
    });
    drawn.set(canvas, new Chart(canvas, {
      type: isLine ? "line" : "bar",
      data: { labels: chart.labels, datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { display: datasets.length > 1, position: "bottom", labels: { color: ink, boxWidth: 10, boxHeight: 10 } },
          tooltip: { callbacks: { label: (item) => ` ${item.dataset.label}: ${units[chart.unit](item.dataset.exact[item.dataIndex])}` } },
        },
        scales: {
          x: { stacked: chart.kind === "stack", grid: { display: false }, border: { color: line }, ticks: { color: ink, maxTicksLimit: 6, maxRotation: 0, callback(index) { return this.getLabelForValue(index).replace(/^\d{4}-/, ""); } } },
          y: { stacked: chart.kind === "stack", beginAtZero: true, grid: { color: line }, border: { display: false }, ticks: { color: ink, maxTicksLimit: 5, precision: chart.unit === "usd" ? undefined : 0, callback: ticks[chart.unit] ?? ((value) => value.toLocaleString("en")) } },
        },
      },
    }));
  }

  const all = () => document.querySelectorAll("canvas[data-chart]").forEach(draw);
  all();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
})();
