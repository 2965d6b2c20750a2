#!/usr/bin/env bash
# Puts one fault after the other into a copy of the engine and shows which check notices it. Each must be noticed.
# usage: tests/simulation/mutations.sh [NAME]...
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
copy=${TMPDIR:-/tmp}/zego-mutations.$$
trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy"
(cd "$root" && git ls-files -z | grep -zv '^miniprogram/' | xargs -0 cp --parents -t "$copy")
export CARGO_TARGET_DIR=${MUTATIONS_TARGET_DIR:-$root/target/mutations}

# name | file under src/engine | text | what stands there instead
mutations=(
    'no-gap-fetch|room/streams.rs|self.fetch_at = cx.now.mono;\n            return;|return;'
    'no-user-merge|room/users.rs|self.waiting.push(push);|drop(push);'
    'last-page-sequence|room/users.rs|self.seq = seq;|self.seq = answer.server_user_seq();'
    'no-announce-again|publish.rs|None if ran => self.announce(room, net, cx),|None if ran => {}'
    'no-announce-retry|route/answers.rs|publisher.announce(room, &mut self.net, cx);|'
    'stale-stream-stays|route/mod.rs|publish::send_delete(&stream.id, &stream.sid, 0, room, &mut self.net, cx);|'
    'delete-kills-successor|route/answers.rs|.is_none_or(\|p\| !p.is_announced()) =>|.is_none_or(\|_\| true) =>'
    'answer-for-predecessor|publish.rs|matches!(self.phase, Phase::Announcing) && self.announcement == seq|seq > 0'
    'timer-while-fetching|room/streams.rs|if self.fetching {\n            Instant::NEVER|if false {\n            Instant::NEVER'
    'timer-after-destroy|link/mod.rs|self.state = State::Destroyed;|'
    'no-pc-deadline|link/mod.rs|if self.pc_deadline() <= now {|if false {'
    'no-connect-timeout|link/mod.rs|State::Connecting { deadline, .. } if *deadline <= now => {|State::Connecting { deadline, .. } if deadline.0 == 1 => {'
    'heartbeat-never-lost|link/mod.rs|if open.unanswered > limit {|if open.unanswered > limit + 100 {'
    'room-heartbeat-never-lost|room/mod.rs|if heartbeat.unanswered >= MAX_UNANSWERED_HEARTBEATS {|if heartbeat.unanswered >= 1_000 {'
    'login-never-retried|room/mod.rs|Purpose::Login \| Purpose::Enter => self.retry_login(cx),|Purpose::Login \| Purpose::Enter => {}'
    'requests-survive-a-break|room/trans.rs|while let Some(pending) = net.take_of_room(self.key()) {|while let Some(pending) = net.take_of_room(0) {'
    'http-forgotten-on-a-break|link/mod.rs|self.fail_all(TIMEOUT);|self.pending.clear();'
    'extra-info-sequences-kept|room/login.rs|self.trans.begin_session();|'
    'barrage-forgotten|room/messages.rs|cx.refuse(*call, code);\n        }|let _ = (call, code, \&cx);\n        }'
    'session-never-forgotten|room/mod.rs|self.session = Session::default();|'
    'pushes-applied-out-of-order|room/streams.rs|if self.seq.checked_add(1) != Some(seq) {|if false {'
    'own-user-listed|room/users.rs|user.id_name() != self.own_id.as_bytes();|!user.id_name().is_empty();'
    'never-renewed|publish.rs|if self.media.renewal.is_none() && (is_long || is_lost) {|if self.media.renewal.is_none() && is_long && is_lost {'
    'renewed-in-vain|publish.rs|let is_long = outage.length > OUTAGE_MS;|let is_long = outage.length > 0;'
    'player-never-renewed|play.rs|if is_long && self.media.renewal.is_none()|if outage == 1 && self.media.renewal.is_none()'
    'player-renewed-in-vain|play.rs|let is_long = outage > OUTAGE_MS;|let is_long = outage > 0;'
    'address-told-twice|renewal.rs|self.step = Step::Given(cx.now.mono + PATIENCE_MS);|self.step = Step::Due(cx.now.mono + 1_000);'
    'stale-address-kept|publish.rs|renewal.begin(is_long || is_lost, cx.now.mono);|renewal.begin(is_long, cx.now.mono);'
    'renewal-tried-once|renewal.rs|cx.now.mono - self.since < LIMIT_MS|self.attempt > 100'
    'renewal-tried-for-ever|renewal.rs|cx.now.mono - self.since < LIMIT_MS|self.attempt > 0'
    'silent-component-not-announced|publish.rs|Phase::Ready if renewal.ran => self.announce(room, net, cx),|'
    'media-not-restored|route/media.rs|if publisher.keep_without_media(room.is_some_and(Room::is_online), cx) {|if publisher.media.stream_id.is_empty() {'
    'outage-from-its-notice|room/mod.rs|self.leave_online(net.link.last_heard(), cx);|self.leave_online(cx.now.mono, cx);'
    'policy-ignored|link/mod.rs|Some(delay) => *until = cx.now.mono + delay,|Some(_) => {}'
    'policy-cannot-give-up|route/mod.rs|} else if self.net.link.handle_retry(attempt, delay, cx) {|} else if self.net.link.handle_retry(attempt, delay, cx) && of == 1 {'
    'message-told-twice|room/messages.rs|if known.any(\|known\| *known == digest) {|if known.len() > 1_000 {'
    'left-logins-stay|net.rs|while self.take_first(\&\|p\| !is_there(p.room)).is_some() {}|let _ = is_there;'
    'destroyed-without-farewell|mod.rs|if engine.is_destroyed && !engine.net.is_leaving() {|if engine.is_destroyed {'
    'old-clock-believed|link/mod.rs|now - *at < CLOCK_AGE_MS|now >= *at'
)

noticed=0 missed=()
printf '%-28s %s\n' fault 'noticed by'
for mutation in "${mutations[@]}"; do
    IFS='|' read -r name file rest <<<"${mutation//\\|/$'\x01'}"
    rest=${rest//$'\x01'/|}
    file=src/engine/$file
    if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
    cp "$root/$file" "$copy/$file"
    NAME=$name REST="${mutation#*|*|}" python3 - "$copy/$file" <<'PY'
import os, re, sys
path = sys.argv[1]
old, new = re.split(r'(?<!\\)\|(?!\|)', os.environ['REST'].replace('||', '\x02'), maxsplit=1)
old, new = (t.replace('\\|', '|').replace('\\n', '\n').replace('\\&', '&').replace('\x02', '||') for t in (old, new))
text = open(path).read()
spaced = re.escape(old).replace('\\\n', '\n')
pattern = re.sub(r'(\\[ \n]|[ \n])+', r'\\s+', spaced)
found, count = re.subn(pattern, lambda _: new, text, count=1)
if count != 1:
    sys.exit(f"{os.environ['NAME']}: the text to change is not in {path}")
open(path, 'w').write(found)
PY
    by=$(cd "$copy" && "$root/tests/simulation/noticed-by.sh")
    cp "$root/$file" "$copy/$file"
    printf '%-28s %s\n' "$name" "$by"
    if [ "$by" = nothing ]; then missed+=("$name"); else noticed=$((noticed + 1)); fi
done
echo "$noticed noticed, ${#missed[@]} missed: ${missed[*]:-none}"
[ ${#missed[@]} = 0 ]
