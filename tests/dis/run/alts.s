# alt and nbalt: what is ready, waiting for either side, arrays of channels, the same channel twice.
globals {0}
main {50w} pointers {12w}, {13w}, {14w}, {15w}, {16w}
type worker {12w} pointers {8w}, {9w}
type channel {1w} pointers 0
handlers
handler {14w}, same, behind, -, 0
	otherwise caught
handler {14w}, none, behind2, -, 0
	otherwise caught2
init:
	begin
	newcw -, $1, {12w}(fp)
	newcw {13w}(fp)
	note "nothing is ready"
	movw $0, {20w}(fp)
	movw $2, {21w}(fp)
	movw {12w}(fp), {22w}(fp)
	lea {40w}(fp), {23w}(fp)
	movw {13w}(fp), {24w}(fp)
	lea {40w}(fp), {25w}(fp)
	nbalt {20w}(fp), {10w}(fp)
	say w {10w}(fp)
	note "one is"
	send $5, {12w}(fp)
	nbalt {20w}(fp), {10w}(fp)
	say w {10w}(fp)
	say w {40w}(fp)
	note "waiting to receive"
	frame worker, {11w}(fp)
	movp {13w}(fp), {8w}({11w}(fp))
	spawn {11w}(fp), sends
	alt {20w}(fp), {10w}(fp)
	say w {10w}(fp)
	say w {40w}(fp)
	note "waiting to send"
	frame worker, {11w}(fp)
	movp {13w}(fp), {8w}({11w}(fp))
	movp {12w}(fp), {9w}({11w}(fp))
	spawn {11w}(fp), receives
	movw $1, {20w}(fp)
	movw $1, {21w}(fp)
	movw {13w}(fp), {22w}(fp)
	lea $17, {23w}(fp)
	movw {12w}(fp), {24w}(fp)
	lea {40w}(fp), {25w}(fp)
	alt {20w}(fp), {10w}(fp)
	say w {10w}(fp)
	recv {12w}(fp), {10w}(fp)
	say w {10w}(fp)
	note "an array of channels"
	newa $3, channel, {15w}(fp)
	indw {15w}(fp), {11w}(fp), $2
	movp {13w}(fp), 0({11w}(fp))
	frame worker, {11w}(fp)
	movp {13w}(fp), {8w}({11w}(fp))
	spawn {11w}(fp), sends
	movw $0, {20w}(fp)
	movw $1, {21w}(fp)
	movw {15w}(fp), {22w}(fp)
	lea {40w}(fp), {23w}(fp)
	alt {20w}(fp), {10w}(fp)
	say w {10w}(fp)
	say w {40w}(fp)
	say w {41w}(fp)
	note "what cannot be"
same:
	movw $1, {20w}(fp)
	movw $1, {21w}(fp)
	movw {13w}(fp), {22w}(fp)
	lea $17, {23w}(fp)
	movw {13w}(fp), {24w}(fp)
	lea {40w}(fp), {25w}(fp)
	alt {20w}(fp), {10w}(fp)
behind:
	ret
caught:
	say s {14w}(fp)
none:
	movw $0, {20w}(fp)
	movw $1, {21w}(fp)
	movw {16w}(fp), {22w}(fp)
	lea {40w}(fp), {23w}(fp)
	alt {20w}(fp), {10w}(fp)
behind2:
	ret
caught2:
	say s {14w}(fp)
	ret
sends:
	send $9, {8w}(fp)
	ret
receives:
	recv {8w}(fp), {10w}(fp)
	send {10w}(fp), {9w}(fp)
	ret
