import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useEffect, useRef, useState } from "react";
import { graphql, useFragment } from "react-relay";

import { formatPlayTime } from "../../lib/duration.ts";
import { TransitionField } from "../../shared/transitions/TransitionField.tsx";
import type { SoundChoice_form$key } from "./__generated__/SoundChoice_form.graphql";
import { sendSound, type SentSound, type SoundRefusal } from "./sendSound.ts";

/** What is chosen: a stored sound, and the values of the fields by their names. */
export interface ChosenSound {
  readonly sound: SentSound;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Props {
  readonly form: SoundChoice_form$key;
  readonly chosen: ChosenSound | null;
  readonly onChange: (chosen: ChosenSound | null) => void;
}

/** Adds a piece of music or another sound to the movie: the file is sent and checked at once. */
export function SoundChoice({ form, chosen, onChange }: Props) {
  const {
    sound: { label, fields },
    soundLimit,
  } = useFragment(
    graphql`
      fragment SoundChoice_form on RenderForm {
        sound {
          label
          fields {
            name
            default
            ...TransitionField_field
          }
        }
        soundLimit {
          bytes
          reason {
            message
            remedy
          }
        }
      }
    `,
    form,
  );
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<AbortController | null>(null);
  const [refusal, setRefusal] = useState<SoundRefusal | null>(null);
  useEffect(() => () => sending?.abort(), [sending]);

  async function send(file: File) {
    if (file.size > Number(soundLimit.bytes)) {
      setRefusal(soundLimit.reason);
      return;
    }
    const controller = new AbortController();
    setSending(controller);
    setRefusal(null);
    try {
      const answer = await sendSound(file, controller.signal);
      setSending(null);
      if ("sha256" in answer) {
        const values = Object.fromEntries(fields.map((field) => [field.name, field.default]));
        onChange({ sound: answer, values: chosen?.values ?? values });
      } else {
        setRefusal(answer);
      }
    } catch {
      // The dialog was closed meanwhile.
    }
  }

  return (
    <Box component="fieldset" sx={{ border: 0, m: 0, p: 0, display: "grid", gap: 2 }}>
      <Typography component="legend" variant="h3" sx={{ mb: 1 }}>
        {label}
      </Typography>
      <input
        ref={input}
        type="file"
        hidden
        data-testid="sound-file"
        accept="audio/*,.mp3,.wav,.flac,.ogg,.opus,.m4a"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          currentTarget.value = ""; // The same file can be chosen once more.
          if (file) void send(file);
        }}
      />
      {chosen && (
        <Typography data-testid="sound-chosen" sx={{ overflowWrap: "anywhere" }}>
          {chosen.sound.name}, {formatPlayTime(chosen.sound.seconds)}
        </Typography>
      )}
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
        <Button variant="outlined" loading={sending !== null} onClick={() => input.current?.click()}>
          {chosen ? t`Choose another sound` : t`Add a sound`}
        </Button>
        {chosen && (
          <Button
            onClick={() => {
              onChange(null);
            }}
          >{t`Remove the sound`}</Button>
        )}
      </Box>
      {refusal && (
        <Typography role="alert" variant="body2" sx={{ color: "error.main" }}>
          {refusal.message} {refusal.remedy}
        </Typography>
      )}
      <Typography
        variant="body2"
        sx={{ color: "text.secondary" }}
      >{t`MP3, WAV, FLAC, Ogg or M4A. You must have the right to use it.`}</Typography>
      {chosen &&
        fields.map((field) => (
          <TransitionField
            key={field.name}
            field={field}
            value={chosen.values[field.name]}
            onChange={(value) => {
              onChange({ ...chosen, values: { ...chosen.values, [field.name]: value } });
            }}
          />
        ))}
    </Box>
  );
}
