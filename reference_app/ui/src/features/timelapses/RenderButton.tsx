import { graphql, useFragment } from "react-relay";

import { SparkIcon } from "../../design/icons.tsx";
import { TransitionButton } from "../../shared/transitions/TransitionButton.tsx";
import { WhyButton } from "../../shared/why/WhyButton.tsx";
import type { RenderButton_timelapse$key } from "./__generated__/RenderButton_timelapse.graphql";

interface Props {
  readonly timelapse: RenderButton_timelapse$key;
  readonly busy: boolean;
  readonly onPress: () => void;
}

/** The Render button as the server offers it: enabled, disabled with reasons, or absent. */
export function RenderButton({ timelapse, busy, onPress }: Props) {
  const { id, availableTransitions } = useFragment(
    graphql`
      fragment RenderButton_timelapse on Timelapse {
        id
        availableTransitions {
          name
          ...TransitionButton_transition
        }
      }
    `,
    timelapse,
  );
  const render = availableTransitions.find((transition) => transition.name === "render");
  if (!render) return null;
  return (
    <TransitionButton
      transition={render}
      testId="render-button"
      size="large"
      variant="contained"
      icon={<SparkIcon />}
      busy={busy}
      onPress={onPress}
      why={<WhyButton of={id} to="render" />}
    />
  );
}
