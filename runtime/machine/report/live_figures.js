// Figures: drawn again by Vega once they come near; the still picture stays for print.
(() => {
  "use strict";
  function bring(figure) {
    const specification = JSON.parse(figure.querySelector("script").textContent);
    const place = figure.querySelector(".live");
    const still = figure.querySelector(".still svg");
    const width = figure.querySelector(".scroll").clientWidth;
    if (width < still.getAttribute("width")) {
      if (!specification.facet) {
        Object.assign(specification, { width, autosize: { type: "fit", contains: "padding" } });
      } else if (specification.columns) {
        specification.columns = 1;
        specification.spec.width = Math.max(160, width - 80);
      }
    }
    const options = {
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      ast: true, // expressions are interpreted: the page's policy allows no eval
      defaultStyle: false,
      logLevel: 1, // errors alone: a box plot without outliers warns of an empty extent
      tooltip: { disableDefaultStyle: true },
    };
    vegaEmbed(place, specification, options).then(
      () => {
        place.querySelector("svg").classList.add("chart");
        figure.classList.add("is-live");
      },
      () => place.replaceChildren(), // the still picture says the same
    );
  }
  if (window.vegaEmbed) {
    const near = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          near.unobserve(entry.target);
          bring(entry.target);
        }
      },
      { rootMargin: "400px" },
    );
    for (const figure of document.querySelectorAll("figure.plot")) near.observe(figure);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") document.getElementById("vg-tooltip-element")?.classList.remove("visible");
    });
  }
})();
