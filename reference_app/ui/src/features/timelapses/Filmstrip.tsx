import Box from "@mui/material/Box";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { graphql, useFragment } from "react-relay";

import type { Filmstrip_timelapse$key } from "./__generated__/Filmstrip_timelapse.graphql";
import { FilmstripFrame } from "./FilmstripFrame.tsx";

/** The latest frames in the order of capture. It follows the newest unless a person has scrolled back. */
export function Filmstrip({ timelapse }: { readonly timelapse: Filmstrip_timelapse$key }) {
  const { frames } = useFragment(
    graphql`
      fragment Filmstrip_timelapse on Timelapse {
        frames(last: 40) @connection(key: "Filmstrip_frames") {
          edges {
            node {
              id
              capturedAt
              ...FilmstripFrame_frame
            }
          }
        }
      }
    `,
    timelapse,
  );
  const strip = useRef<HTMLUListElement>(null);
  const following = useRef(true);
  // A camera that was offline delivers old frames late, so the frames are sorted by capture time.
  const shown = frames.edges
    .map((edge) => edge.node)
    .sort((one, other) => Date.parse(one.capturedAt) - Date.parse(other.capturedAt));
  const newest = shown.at(-1)?.id;
  useEffect(() => {
    const list = strip.current;
    if (list !== null && following.current) list.scrollLeft = list.scrollWidth;
  }, [newest]);
  if (shown.length === 0) return null;
  return (
    <Box
      component="ul"
      ref={strip}
      data-testid="filmstrip"
      aria-label="Latest frames"
      onKeyDown={moveFocus}
      onScroll={(event) => {
        const { scrollLeft, scrollWidth, clientWidth } = event.currentTarget;
        following.current = scrollWidth - clientWidth - scrollLeft < 24;
      }}
      sx={{
        m: 0,
        p: 0.75,
        listStyle: "none",
        display: "flex",
        gap: 0.75,
        overflowX: "auto",
        borderRadius: "12px",
        bgcolor: "#0c0f0e",
        scrollbarColor: "#5b6562 transparent",
        scrollbarWidth: "thin",
      }}
    >
      {shown.map((frame) => (
        <FilmstripFrame key={frame.id} frame={frame} isTabStop={frame.id === newest} />
      ))}
    </Box>
  );
}

/** The strip is one tab stop, at its newest frame. The arrow keys, Home and End move through the others. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const links = [...event.currentTarget.querySelectorAll("a")];
  const at = links.findIndex((link) => link === document.activeElement);
  const targets: Partial<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    Home: 0,
    End: links.length - 1,
  };
  const target = targets[event.key];
  if (at < 0 || target === undefined) return;
  event.preventDefault();
  links[target]?.focus();
}
