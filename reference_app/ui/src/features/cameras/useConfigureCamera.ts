import { useState } from "react";
import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type { useConfigureCameraMutation } from "./__generated__/useConfigureCameraMutation.graphql";
import { numeric } from "./formValues.ts";
import { INTERVAL, notNumbers, tableFrom } from "./settings.ts";

type Errors = useConfigureCameraMutation["response"]["configureCamera"]["errors"];

/** Saves the desired configuration that a form holds. Returns the errors, to show at their fields. */
export function useConfigureCamera(): [
  (camera: string, form: FormData, onDone: () => void) => void,
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
  const configure = (camera: string, form: FormData, onDone: () => void) => {
    const wrong = notNumbers(form); // GraphQL has no such numbers
    setErrors(wrong);
    if (wrong.length > 0) return;
    const input = {
      camera,
      intervalSeconds: Number(numeric(form, INTERVAL.name)),
      schedule: tableFrom(form, "schedule"),
      exposure: tableFrom(form, "exposure"),
      delivery: tableFrom(form, "delivery"),
    };
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
