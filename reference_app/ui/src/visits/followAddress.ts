import "wouter/use-browser-location"; // Announces pushState and replaceState as events.

const positions = new Map<string, number>();

/**
 * Calls `open` for the path of each address that the browser goes to, beginning with the current one. A new page
 * begins at its top; the way back leads to where a person was. A page follows what stands after its path by itself.
 */
export function followAddress(open: (path: string) => Promise<void>): void {
  window.history.scrollRestoration = "manual";
  let path = window.location.pathname;
  let { search } = window.location;
  const follow = (top: number) => {
    path = window.location.pathname;
    void open(path).then(() => {
      requestAnimationFrame(() => {
        window.scrollTo(0, top);
      });
    });
  };
  const leave = () => positions.set(path, window.scrollY);
  for (const event of ["pushState", "replaceState"])
    window.addEventListener(event, () => {
      // What stands after the path is for the page that stands there.
      const isSamePage = window.location.pathname === path && window.location.search !== search;
      ({ search } = window.location);
      if (isSamePage) return;
      leave();
      follow(0);
    });
  window.addEventListener("popstate", () => {
    ({ search } = window.location);
    if (window.location.pathname === path) return; // A link to a place on this page, or what stands after the path.
    leave();
    follow(positions.get(window.location.pathname) ?? 0);
  });
  follow(window.scrollY);
}
