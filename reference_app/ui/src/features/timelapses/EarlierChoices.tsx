import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";
import { graphql, useLazyLoadQuery } from "react-relay";

import { earlier, standsFor, type Stretch } from "../../lib/earlier.ts";
import type { EarlierChoicesQuery } from "./__generated__/EarlierChoicesQuery.graphql";

interface Props {
  readonly timelapse: string;
  /** The moment before which the choices lie, in milliseconds. */
  readonly before: number;
  readonly zone: string;
  readonly onChoose: (moment: number) => void;
}

/** What people often compare with, as far as there are frames. */
export function EarlierChoices({ timelapse, before, zone, onChoose }: Props) {
  const moment = (by: Stretch) => new Date(earlier(before, by, zone)).toISOString();
  const { node } = useLazyLoadQuery<EarlierChoicesQuery>(
    graphql`
      query EarlierChoicesQuery(
        $id: ID!
        $hour: DateTime!
        $day: DateTime!
        $week: DateTime!
        $month: DateTime!
      ) {
        node(id: $id) {
          ... on Timelapse @alias(as: "timelapse") {
            hour: frameAt(time: $hour) {
              distanceSeconds
              frame {
                capturedAt
              }
            }
            day: frameAt(time: $day) {
              distanceSeconds
              frame {
                capturedAt
              }
            }
            week: frameAt(time: $week) {
              distanceSeconds
              frame {
                capturedAt
              }
            }
            month: frameAt(time: $month) {
              distanceSeconds
              frame {
                capturedAt
              }
            }
          }
        }
      }
    `,
    { id: timelapse, hour: moment("hour"), day: moment("day"), week: moment("week"), month: moment("month") },
  );
  const found = node?.timelapse;
  const choices = [
    { by: "hour", label: t`An hour earlier`, nearest: found?.hour },
    { by: "day", label: t`A day earlier`, nearest: found?.day },
    { by: "week", label: t`A week earlier`, nearest: found?.week },
    { by: "month", label: t`A month earlier`, nearest: found?.month },
  ] as const;
  return choices.map(
    ({ by, label, nearest }) =>
      nearest != null &&
      standsFor(by, nearest.distanceSeconds) && (
        <Button
          key={by}
          size="small"
          onClick={() => {
            onChoose(Date.parse(nearest.frame.capturedAt));
          }}
        >
          {label}
        </Button>
      ),
  );
}
