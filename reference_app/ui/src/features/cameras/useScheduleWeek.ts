/* eslint-disable relay/unused-fields -- ScheduleEditor and WeekGrid show them */
import { useEffect, useRef, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";

import { useSettled } from "../../shared/pages/useSettled.ts";
import type { ScheduleEdit, useScheduleWeekQuery } from "./__generated__/useScheduleWeekQuery.graphql";

export type ScheduleWeek = NonNullable<NonNullable<useScheduleWeekQuery["response"]["node"]>["scheduleWeek"]>;
export type ScheduleDay = NonNullable<ScheduleWeek["days"]>[number];
export type { ScheduleEdit };

type Values = Readonly<Record<string, unknown>>;

interface WeekOfForm {
  /** The last answer; null before the first. */
  readonly week: ScheduleWeek | null;
  readonly failed: boolean;
  readonly edit: (change: ScheduleEdit) => void;
}

/** While somebody types, the server is asked when they have stopped for so long. */
const SETTLES_MS = 400;
/** The setting that an edit changes, and all that a week depends on. */
const WINDOWS = "schedule.windows";
const NAMES = [WINDOWS, "schedule.timezone", "schedule.latitude", "schedule.longitude"];

const query = graphql`
  query useScheduleWeekQuery($camera: ID!, $configuration: JSON, $edit: ScheduleEdit) {
    node(id: $camera) {
      ... on Camera {
        scheduleWeek(configuration: $configuration, edit: $edit) {
          timezone
          windows
          days {
            day
            open {
              beginMinute
              endMinute
            }
            followsSun {
              beginMinute
              endMinute
            }
            daylight {
              beginMinute
              endMinute
            }
            twilight {
              beginMinute
              endMinute
            }
          }
          presets {
            name
            chosen
            problem {
              message
              remedy
            }
          }
          problems {
            message
            remedy
          }
        }
      }
    }
  }
`;

/**
 * The week of a schedule that is being filled in, which the server reads from the form's text, and edits of it:
 * the server answers with the new text, which goes to `onWindows`. Edits are made one after the other.
 */
export function useScheduleWeek(
  camera: string,
  filled: Values,
  onWindows: (windows: string) => void,
): WeekOfForm {
  const environment = useRelayEnvironment();
  const configuration = Object.fromEntries(NAMES.map((name) => [name, filled[name]]));
  const settled = useSettled(JSON.stringify(configuration), SETTLES_MS);
  const [week, setWeek] = useState<ScheduleWeek | null>(null);
  const [failed, setFailed] = useState(false);
  const form = useRef({ configuration, onWindows });
  useEffect(() => {
    form.current = { configuration, onWindows };
  });
  const edits = useRef({ made: 0, last: Promise.resolve() });

  useEffect(() => {
    const before = edits.current.made;
    const running = fetchQuery<useScheduleWeekQuery>(environment, query, {
      camera,
      configuration: JSON.parse(settled) as Values,
    }).subscribe({
      next: ({ node }) => {
        // An edit that was made meanwhile has a newer answer.
        if (edits.current.made === before) setWeek(node?.scheduleWeek ?? null);
        setFailed(false);
      },
      error: () => {
        setFailed(true);
      },
    });
    return () => {
      running.unsubscribe();
    };
  }, [environment, camera, settled]);

  const make = async (change: ScheduleEdit) => {
    try {
      const variables = { camera, configuration: form.current.configuration, edit: change };
      const answer = await fetchQuery<useScheduleWeekQuery>(environment, query, variables).toPromise();
      const edited = answer?.node?.scheduleWeek ?? null;
      edits.current.made += 1;
      setWeek(edited);
      setFailed(false);
      if (edited?.windows == null || edited.problems.length > 0) return;
      form.current.configuration = { ...form.current.configuration, [WINDOWS]: edited.windows };
      form.current.onWindows(edited.windows);
    } catch {
      setFailed(true);
    }
  };
  return {
    week,
    failed,
    edit: (change) => {
      edits.current.last = edits.current.last.then(() => make(change));
    },
  };
}
