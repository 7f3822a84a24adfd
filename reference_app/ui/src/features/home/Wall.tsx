import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useRef, type ReactNode } from "react";
import { graphql, useFragment } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { CameraIcon } from "../../design/icons.tsx";
import type { Wall_home$key } from "./__generated__/Wall_home.graphql";
import { CameraTile } from "./CameraTile.tsx";
import { TimelapseTile } from "./TimelapseTile.tsx";

interface Props {
  readonly home: Wall_home$key;
  /** The way to the first picture while there is none. */
  readonly start: ReactNode;
}

/** The latest picture of everything, as large as there is room, and on the whole screen if asked to. */
export function Wall({ home, start }: Props) {
  const { tiles, more } = useFragment(
    graphql`
      fragment Wall_home on Home {
        more
        tiles {
          ... on Node {
            id
          }
          ...TimelapseTile_timelapse @alias(as: "timelapse")
          ...CameraTile_camera @alias(as: "camera")
        }
      }
    `,
    home,
  );
  const wall = useRef<HTMLUListElement>(null);
  if (tiles.length === 0) {
    return (
      <EmptyState
        icon={<CameraIcon />}
        title={t`No pictures yet`}
        action={start}
      >{t`The latest picture of each camera appears here.`}</EmptyState>
    );
  }
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Box sx={{ display: "flex", justifyContent: "space-between", alignItems: "center", gap: 2 }}>
        <Typography variant="h2">{t`Latest pictures`}</Typography>
        {document.fullscreenEnabled && (
          <Button
            size="small"
            onClick={() => void wall.current?.requestFullscreen()}
          >{t`Full screen`}</Button>
        )}
      </Box>
      <Box
        component="ul"
        ref={wall}
        data-testid="wall"
        sx={{
          m: 0,
          p: 0,
          listStyle: "none",
          display: "grid",
          gap: 1.5,
          gridTemplateColumns: "repeat(auto-fit, minmax(min(400px, 100%), 1fr))",
          "& > li": { minWidth: 0, width: "100%", display: "grid", aspectRatio: "16 / 9", maxHeight: "72vh" },
          "&:fullscreen": {
            bgcolor: "#000",
            gap: "3px",
            gridTemplateColumns: `repeat(${String(Math.ceil(Math.sqrt(tiles.length)))}, minmax(0, 1fr))`,
            gridAutoRows: "minmax(0, 1fr)",
            "& > li": { aspectRatio: "auto", maxHeight: "none", minHeight: 0 },
            "& a": { borderRadius: 0 },
          },
        }}
      >
        {tiles.map(({ id, timelapse, camera }) => (
          <li key={id}>
            {timelapse && <TimelapseTile timelapse={timelapse} />}
            {camera && <CameraTile camera={camera} />}
          </li>
        ))}
      </Box>
      {more > 0 && (
        <Typography variant="body2">{t`${more} more are on the pages of timelapses and cameras.`}</Typography>
      )}
    </Box>
  );
}
