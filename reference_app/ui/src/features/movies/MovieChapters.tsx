import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { graphql, useFragment } from "react-relay";

import { formatPosition } from "../../lib/duration.ts";
import type { ChapterSpan, MovieChapters_movie$key } from "./__generated__/MovieChapters_movie.graphql";

interface Props {
  readonly movie: MovieChapters_movie$key;
  /** Where it is played, in seconds. */
  readonly at: number;
  readonly onSeek: (seconds: number) => void;
}

/** A movie's days, or longer spans, each of which is played from its beginning on. Nothing of one without. */
export function MovieChapters({ movie, at, onSeek }: Props) {
  const { chapters } = useFragment(
    graphql`
      fragment MovieChapters_movie on Movie {
        chapters {
          beginsAtSeconds
          date
          span
        }
      }
    `,
    movie,
  );
  if (chapters.length === 0) return null;
  const current = chapters.findLastIndex(({ beginsAtSeconds }) => beginsAtSeconds <= at + ROUNDING_S);
  return (
    <Box
      component="ol"
      aria-label={t`Chapters`}
      data-testid="movie-chapters"
      sx={{
        m: 0,
        px: 1.5,
        py: 1,
        listStyle: "none",
        display: "flex",
        flexWrap: "wrap",
        gap: 0.5,
        maxHeight: 200,
        overflow: "auto",
      }}
    >
      {chapters.map(({ beginsAtSeconds, date, span }, index) => (
        <li key={beginsAtSeconds}>
          <Button
            size="small"
            variant={index === current ? "contained" : "text"}
            color={index === current ? "primary" : "inherit"}
            aria-current={index === current ? "step" : undefined}
            onClick={() => {
              onSeek(beginsAtSeconds);
            }}
            sx={{ fontWeight: 400, gap: 0.75 }}
          >
            {nameOf(date, span)}{" "}
            <Box component="span" sx={{ opacity: 0.75, fontVariantNumeric: "tabular-nums" }}>
              {formatPosition(beginsAtSeconds)}
            </Box>
          </Button>
        </li>
      ))}
    </Box>
  );
}

/** A player stands a little before or after where it was sent. */
const ROUNDING_S = 0.02;

const formats: Readonly<Partial<Record<ChapterSpan, Intl.DateTimeFormatOptions>>> = {
  DAY: { weekday: "short", day: "numeric", month: "short" },
  WEEK: { day: "numeric", month: "short" },
  MONTH: { month: "long", year: "numeric" },
  YEAR: { year: "numeric" },
};

/** A date is the same everywhere, whatever the reader's time zone. */
function nameOf(date: string, span: ChapterSpan): string {
  const name = i18n.date(`${date}T00:00:00Z`, { ...formats[span], timeZone: "UTC" });
  return span === "WEEK" ? t`From ${name}` : name;
}
