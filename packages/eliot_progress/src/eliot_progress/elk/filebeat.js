// Turns one eliot message into a document. ECMAScript 5.1, for Filebeat's script processor.
var DEPTH = 8, TEXT_LIMIT = 8000, LABEL_LIMIT = 200;
var OUTCOMES = {succeeded: "success", failed: "failure", cancelled: "unknown"};
var ENVELOPE = ["task_uuid", "task_level", "timestamp", "message_type", "action_type", "action_status", "exception", "reason", "v"];
var LOG = ["logger", "level", "message"];
var NUMBERS = ["done", "total", "rate", "grace_s"];
var TEXTS = ["description", "about", "by", "unit", "step", "note", "outcome", "reason"];
var TIMES = ["started_at", "heartbeat_at", "advanced_at", "next_by"];

function text(value, limit) {
  var line = (value === undefined || value === null ? "" : String(value));
  line = line.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, " ");
  return line.length > limit ? line.substring(0, limit - 1) + "\u2026" : line;
}

function isNumber(value) { return typeof value === "number" && isFinite(value); }

function isInteger(value) { return isNumber(value) && Math.floor(value) === value && Math.abs(value) < 9007199254740992; }

// The text sorts like the tree, and a subtree is a prefix: [2, 3, 11] is "a2/a3/b11".
function path(level) {
  var steps = [];
  for (var i = 0; i < level.length; i++) {
    if (isInteger(level[i])) {
      var digits = String(level[i]);
      steps.push(String.fromCharCode(96 + digits.length) + digits);
    }
  }
  return steps.join("/");
}

function time(seconds) {
  var clamped = isNumber(seconds) ? Math.min(Math.max(seconds, 0), 253402300799) : 0;
  return new Date(Math.floor(clamped * 1000));
}

// An index refuses names that are empty or contain NUL or dots.
function key(name) {
  return String(name).substring(0, 200).replace(/\x00/g, " ").replace(/\./g, "_") || "_";
}

// An index refuses documents with deeper values or longer texts.
function value(given, depth) {
  if (typeof given === "string") { return given.substring(0, TEXT_LIMIT); }
  if (given === null || typeof given !== "object") { return given; }
  if (depth === 0) { return JSON.stringify(given).substring(0, TEXT_LIMIT); }
  if (Array.isArray(given)) {
    return given.map(function (inner) { return value(inner, depth - 1); });
  }
  var fields = {};
  Object.keys(given).forEach(function (name) { fields[key(name)] = value(given[name], depth - 1); });
  return fields;
}

function progress(message) {
  var fields = {};
  NUMBERS.forEach(function (name) { if (isNumber(message[name])) { fields[name] = message[name]; } });
  TEXTS.forEach(function (name) { if (message[name]) { fields[name] = text(message[name], LABEL_LIMIT); } });
  TIMES.forEach(function (name) { fields[name] = time(message[name]).toISOString(); });
  if (isInteger(message.seq)) { fields.seq = message.seq; }
  var eta = message.eta_s;
  if (Array.isArray(eta) && isNumber(eta[0]) && isNumber(eta[1])) { fields.eta_low_s = eta[0]; fields.eta_high_s = eta[1]; }
  return fields;
}

function process(event) {
  var message = event.Get("line");
  event.Delete("line");
  var level = Array.isArray(message.task_level) ? message.task_level : [];
  var status = text(message.action_status, LABEL_LIMIT), kind = text(message.message_type, LABEL_LIMIT);
  var uuid = text(message.task_uuid, LABEL_LIMIT), isReport = kind === "progress" || kind === "heartbeat";
  var outcome = OUTCOMES[isReport ? message.outcome : status];
  var action = {kind: "event", action: text(isReport ? message.of : message.action_type || kind, LABEL_LIMIT)};
  if (typeof outcome === "string") { action.outcome = outcome; }
  event.Put("@timestamp", time(message.timestamp));
  event.Put("ecs", {version: "@ECS@"});
  event.Put("event", action);
  event.Put("eliot", {id: uuid + "@" + path(level), task_uuid: uuid, path: path(level), parent: path(level.slice(0, -1)), kind: status || kind});
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) { event.Put("trace", {id: uuid.replace(/-/g, "")}); }
  if (status === "failed") {
    event.Put("error", {type: text(message.exception, LABEL_LIMIT), message: text(message.reason, TEXT_LIMIT)});
  }
  if (isReport) {
    event.Put("progress", progress(message));
    event.Put("host", {name: text(message.host, LABEL_LIMIT)});
    if (isInteger(message.pid)) { event.Put("process", {pid: message.pid}); }
    return;
  }
  if (kind === "log") {
    event.Put("message", text(message.message, TEXT_LIMIT));
    event.Put("log", {level: text(message.level, LABEL_LIMIT), logger: text(message.logger, LABEL_LIMIT)});
  }
  var data = {};
  Object.keys(message).forEach(function (name) {
    if (ENVELOPE.indexOf(name) < 0 && (kind !== "log" || LOG.indexOf(name) < 0)) { data[key(name)] = value(message[name], DEPTH); }
  });
  event.Put("data", data);
}
