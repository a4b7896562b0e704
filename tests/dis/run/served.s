# file2chan: a proc serves a file; requests, replies, errors, clients that close, a server that is gone.
globals {2w} pointers {8w}, {9w}
	string {8w}: "hello"
	string {9w}: "no more"
main {40w} pointers {14w}, {15w}, {16w}, {17w}, {18w}, {19w}, {20w}
type byte 1
type server {40w} pointers {14w}, {15w}, {16w}, {17w}, {18w}, {23w}, {24w}, {25w}, {27w}, {29w}, {31w}
handlers
handler {17w}, asks, asked, -, 0
	otherwise caught
imports
import
	use print, 0xac849033
import
	use bind, 0x66326d91
	use file2chan, 0x9f34d686
	use open, 0x8f477f99
	use read, 0x7cfef557
	use write, 0x7cfef557
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	newa $100, byte, {16w}(fp)
	newcw {18w}(fp)
	sys 1 {19w}(fp): p "/env", p "f"
	error
	sys 0 {11w}(fp): p "#s", p "/chan", w $0
	sys 1 {19w}(fp): p "/chan", p "f"
	sys 1 {20w}(fp): p "/chan", p "f"
	error
	frame server, {10w}(fp)
	movp {14w}(fp), {14w}({10w}(fp))
	movp {19w}(fp), {15w}({10w}(fp))
	movp {18w}(fp), {18w}({10w}(fp))
	spawn {10w}(fp), serves
	sys 2 {15w}(fp): p "/chan/f", w $2
	sys 3 {11w}(fp): p {15w}(fp), p {16w}(fp), w $99
	movp {16w}(fp), {17w}(fp)
	slicea $0, {11w}(fp), {17w}(fp)
	cvtac {17w}(fp), {17w}(fp)
	say s {17w}(fp)
	cvtca {9w}(mp), {17w}(fp)
	sys 4 {11w}(fp): p {15w}(fp), p {17w}(fp), w $7
	say w {11w}(fp)
	sys 4 {11w}(fp): p {15w}(fp), p {17w}(fp), w $2
	say w {11w}(fp)
	error
	note "closed"
	movp {20w}(fp), {15w}(fp)
	recv {18w}(fp), {11w}(fp)
	say w {11w}(fp)
	note "the server is gone"
	sys 2 {15w}(fp): p "/chan/f", w $0
	movp {20w}(fp), {19w}(fp)
asks:
	sys 3 {11w}(fp): p {15w}(fp), p {16w}(fp), w $99
	say w {11w}(fp)
	error
asked:
	sys 2 {15w}(fp): p "/chan/f", w $0
	error
	ret
caught:
	say s {17w}(fp)
	jmp asked
serves:
	movp 0({15w}(fp)), {16w}(fp)
	movp {1w}({15w}(fp)), {17w}(fp)
	recv {16w}(fp), {20w}(fp)
	say w {20w}(fp)
	say w {21w}(fp)
	cvtca {8w}(mp), {24w}(fp)
	send {24w}(fp), {23w}(fp)
	recv {17w}(fp), {26w}(fp)
	cvtac {27w}(fp), {31w}(fp)
	say s {31w}(fp)
	movw $7, {30w}(fp)
	movp {25w}(fp), {31w}(fp)
	send {30w}(fp), {29w}(fp)
	recv {17w}(fp), {26w}(fp)
	movp {9w}(mp), {31w}(fp)
	send {30w}(fp), {29w}(fp)
	recv {16w}(fp), {20w}(fp)
	recv {17w}(fp), {26w}(fp)
	movw {21w}(fp), {30w}(fp)
	beqw {20w}(fp), $0, nothing
	note "an offset"
nothing:
	send $9, {18w}(fp)
	ret
