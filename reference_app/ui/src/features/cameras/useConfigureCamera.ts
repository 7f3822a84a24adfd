import { useState } from "react";
import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type {
  ConfigureCameraInput,
  useConfigureCameraMutation,
} from "./__generated__/useConfigureCameraMutation.graphql";

type Errors = useConfigureCameraMutation["response"]["configureCamera"]["errors"];

const NOT_A_NUMBER = {
  field: "intervalSeconds",
  message: "The interval is not a number.",
  remedy: "Enter seconds, for example 30.",
};

/** Saves the desired configuration. Returns the errors, to show at their fields. */
export function useConfigureCamera(): [
  (input: ConfigureCameraInput, onDone: () => void) => void,
  boolean,
  Errors,
] {
  const [errors, setErrors] = useState<Errors>([]);
  const [send, busy] = useAction<useConfigureCameraMutation>(
    graphql`
      mutation useConfigureCameraMutation($input: ConfigureCameraInput!) {
        configureCamera(input: $input) {
          camera {
            ...CameraPage_live
          }
          errors {
            field
            message
            remedy
          }
        }
      }
    `,
    { errors: () => [] },
  );
  const configure = (input: ConfigureCameraInput, onDone: () => void) => {
    if (!Number.isFinite(input.intervalSeconds)) {
      setErrors([NOT_A_NUMBER]); // JSON has no such number
      return;
    }
    send({
      variables: { input },
      onDone: ({ configureCamera }) => {
        setErrors(configureCamera.errors);
        if (configureCamera.errors.length === 0) onDone();
      },
    });
  };
  return [configure, busy, errors];
}
