import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import { onDemand } from "../../shared/pages/onDemand.tsx";
import { isForOthers } from "../../shared/transitions/isForOthers.ts";
import { TransitionButton } from "../../shared/transitions/TransitionButton.tsx";
import type { FocusAid_camera$key } from "./__generated__/FocusAid_camera.graphql";

const FocusPanel = onDemand(async () => (await import("./FocusPanel.tsx")).FocusPanel);

/** The button of the focus aid, and the aid itself once it is pressed. Nothing for those who may not use it. */
export function FocusAid({ camera }: { readonly camera: FocusAid_camera$key }) {
  const data = useFragment(
    graphql`
      fragment FocusAid_camera on Camera {
        availableTransitions {
          name
          ...isForOthers_transition
          ...TransitionButton_transition
        }
        ...FocusPanel_camera
      }
    `,
    camera,
  );
  const [isOpen, setOpen] = useState(false);
  const offer = data.availableTransitions.find(({ name }) => name === "focus");
  if (isOpen)
    return (
      <FocusPanel
        camera={data}
        onClose={() => {
          setOpen(false);
        }}
      />
    );
  if (offer === undefined || isForOthers(offer)) return null;
  return (
    <TransitionButton
      transition={offer}
      size="small"
      testId="focus-button"
      busy={false}
      onPress={() => {
        setOpen(true);
      }}
    />
  );
}
