import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import { useEffect, useState } from "react";

import { stageName } from "./StageBadge.tsx";
import { KINDS, LONGEST_SEARCH, STAGES, type Kind, type WorkFilter } from "./workFilter.ts";

interface Props {
  readonly filter: WorkFilter;
  readonly onChange: (next: Partial<WorkFilter>, replace?: boolean) => void;
}

/** How long somebody rests while typing before what they typed is searched for, in milliseconds. */
const REST = 350;

/** Chooses which work is listed: whether it ended, its state, its kind, and words. */
export function WorkFilters({ filter, onChange }: Props) {
  const { ended, stages, kinds } = filter;
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.25, mb: 1.5 }} role="search">
      <ToggleButtonGroup
        exclusive
        size="small"
        value={ended}
        aria-label={t`Which work`}
        onChange={(_, next: boolean | null) => {
          if (next !== null) onChange({ ended: next, stages: null });
        }}
        sx={{ flex: { xs: "1 0 100%", sm: "none" }, "& > *": { flex: { xs: 1, sm: "none" }, px: 1.5 } }}
      >
        <ToggleButton value={true}>{t`Ended`}</ToggleButton>
        <ToggleButton value={false}>{t`Under way`}</ToggleButton>
      </ToggleButtonGroup>
      <TextField
        select
        size="small"
        label={t`State`}
        value={stages?.[0] ?? ""}
        onChange={({ target }) => {
          onChange({ stages: STAGES[ended ? "ended" : "underWay"].filter((each) => each === target.value) });
        }}
        slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}
        sx={{ flex: { xs: "1 1 40%", sm: "none" }, width: { sm: "auto" }, minWidth: { xs: 0, sm: 150 } }}
      >
        <MenuItem value="">{t`any`}</MenuItem>
        {STAGES[ended ? "ended" : "underWay"].map((each) => (
          <MenuItem key={each} value={each}>
            {stageName(each)}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        size="small"
        label={t`Kind`}
        value={kinds?.[0] ?? ""}
        onChange={({ target }) => {
          onChange({ kinds: KINDS.filter((each) => each === target.value) });
        }}
        slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}
        sx={{ flex: { xs: "1 1 40%", sm: "none" }, width: { sm: "auto" }, minWidth: { xs: 0, sm: 170 } }}
      >
        <MenuItem value="">{t`any`}</MenuItem>
        {KINDS.map((each) => (
          <MenuItem key={each} value={each}>
            {kindName(each)}
          </MenuItem>
        ))}
      </TextField>
      <Search words={filter.words} onChange={onChange} />
    </Box>
  );
}

/** The words that are searched for, once somebody rests. */
function Search({ words, onChange }: { readonly words: string; readonly onChange: Props["onChange"] }) {
  const [typed, setTyped] = useState(words);
  const [searched, setSearched] = useState(words);
  // The way back, or a cleared filter: the field follows the address.
  if (searched !== words) {
    setSearched(words);
    setTyped(words);
  }
  useEffect(() => {
    if (typed.trim() === words.trim()) return;
    const timer = setTimeout(() => {
      onChange({ words: typed }, true);
    }, REST);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, words, onChange]);
  return (
    <TextField
      size="small"
      type="search"
      label={t`Search`}
      placeholder={t`Name, camera or person`}
      value={typed}
      onChange={({ target }) => {
        setTyped(target.value);
      }}
      slotProps={{ inputLabel: { shrink: true }, htmlInput: { maxLength: LONGEST_SEARCH } }}
      sx={{ flex: { xs: "1 0 100%", sm: "1 1 200px" }, width: { sm: "auto" } }}
    />
  );
}

/** What people call a kind of work. */
export function kindName(kind: Kind): string {
  switch (kind) {
    case "MOVIE":
      return t`Movies`;
    case "IMPORT_CAPTURES":
      return t`Imports of captures`;
    case "RETIME_FRAMES":
      return t`Corrections of capture times`;
    case "THIN_FRAMES":
      return t`Removals of old frames`;
    case "MEASURE_FRAMES":
      return t`Measurements of frames`;
  }
}
