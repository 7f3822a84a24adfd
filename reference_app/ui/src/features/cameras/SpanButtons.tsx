import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";

import { SPANS, type Span } from "../../lib/spans.ts";
import { humanize } from "../../lib/words.ts";

interface Props {
  readonly label: string;
  readonly span: Span;
  readonly onChange: (span: Span) => void;
}

/** Buttons for the time range of what is shown below them. */
export function SpanButtons({ label, span, onChange }: Props) {
  return (
    <ToggleButtonGroup
      exclusive
      size="small"
      value={span}
      aria-label={label}
      onChange={(_, wanted: Span | null) => {
        if (wanted !== null) onChange(wanted);
      }}
    >
      {SPANS.map((one) => (
        <ToggleButton
          key={one}
          value={one}
          sx={{ textTransform: "none", px: 1.25, py: 0.25, color: "text.primary" }}
        >
          {humanize(one)}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
