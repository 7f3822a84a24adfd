import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";

import { ScheduleSpanForm } from "./ScheduleSpanForm.tsx";
import { useScheduleWeek, type ScheduleEdit, type ScheduleWeek } from "./useScheduleWeek.ts";
import { WeekGrid } from "./WeekGrid.tsx";

interface Props {
  /** The camera's id. */
  readonly camera: string;
  /** The settings as they are filled in. */
  readonly filled: Readonly<Record<string, unknown>>;
  /** Takes the text of the windows after an edit. */
  readonly onWindows: (windows: string) => void;
}

const presets = (): Readonly<Record<string, string>> => ({
  DAYLIGHT: t`Daylight`,
  DAWN_TO_DUSK: t`Dawn to dusk`,
  ALWAYS: t`Always`,
});

/** The week of the windows that are being filled in: presets, a grid to drag in, and exact times. */
export function ScheduleEditor({ camera, filled, onWindows }: Props) {
  const { week, failed, edit } = useScheduleWeek(camera, filled, onWindows);
  return (
    <Box
      role="group"
      aria-label={t`Week`}
      data-testid="schedule-week"
      sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "minmax(0, 1fr)" }}
    >
      {failed && (
        <Alert
          severity="error"
          variant="outlined"
        >{t`The server could not be asked about this week. The text above still counts; try again.`}</Alert>
      )}
      {week && (
        <>
          <Presets week={week} onEdit={edit} />
          {week.problems.map(({ message, remedy }) => (
            <Alert key={message} severity="warning" variant="outlined">
              {message} {remedy}
            </Alert>
          ))}
          {week.days && <WeekGrid days={week.days} isSet={week.windows != null} onEdit={edit} />}
          <Box>
            {notes(week).map((note) => (
              <Typography key={note} variant="caption" component="p" sx={{ color: "text.secondary", m: 0 }}>
                {note}
              </Typography>
            ))}
          </Box>
          {week.days && <ScheduleSpanForm days={week.days} onEdit={edit} />}
        </>
      )}
    </Box>
  );
}

function Presets({
  week,
  onEdit,
}: {
  readonly week: ScheduleWeek;
  readonly onEdit: (change: ScheduleEdit) => void;
}) {
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
      {week.presets.map(({ name, chosen, problem }) => (
        <Button
          key={name}
          size="small"
          variant={chosen ? "contained" : "outlined"}
          disabled={problem != null}
          aria-pressed={chosen}
          onClick={() => {
            onEdit({ preset: name });
          }}
        >
          {presets()[name] ?? name}
        </Button>
      ))}
    </Box>
  );
}

/** What the grid doesn't say by itself. */
function notes({ windows, days, timezone, presets }: ScheduleWeek): readonly string[] {
  if (!days) return [];
  const { problem } = presets.find((preset) => preset.problem != null) ?? {};
  const hasPlace = days.some(({ daylight }) => daylight != null);
  const zone = timezone == null ? t`The camera’s time zone is not known yet.` : t`Times of ${timezone}.`;
  return [
    ...(windows == null
      ? [
          t`Nothing is set: the windows in the agent’s own file apply, which the server doesn’t know. What you open here replaces them.`,
        ]
      : []),
    ...(windows === "" ? [t`No windows are set: it is always open.`] : []),
    hasPlace && timezone == null ? t`${zone} The sun is shown in UTC.` : zone,
    ...(hasPlace ? [t`Yellow: daylight, and paler twilight, of this week.`] : []),
    ...(problem ? [`${problem.message} ${problem.remedy}`] : []),
    ...(days.some(({ followsSun }) => followsSun.length > 0)
      ? [
          t`Hatched: windows that follow the sun. If you close a part of one, it becomes fixed times on those days, as it is this week.`,
        ]
      : []),
  ];
}
