# Name spaces: bind, unions, creation in them, unmount, groups, the current folder, devices by their own names.
globals {1w} pointers {8w}
	string {8w}: "value"
main {30w} pointers {14w}, {15w}, {16w}, {17w}, {19w}
type byte 1
imports
import
	use print, 0xac849033
import
	use bind, 0x66326d91
	use unmount, 0x21e337e3
	use open, 0x8f477f99
	use create, 0x54db77d9
	use write, 0x7cfef557
	use read, 0x7cfef557
	use pctl, 0x05df27fb
	use chdir, 0xc6935858
	use fd2path, 0x749c6042
	use remove, 0xc6935858
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	newa $100, byte, {16w}(fp)
	note "the environment in another place"
	sys 0 {11w}(fp): p "#e", p "/chan", w $4
	bgtw {11w}(fp), $0, bound
	error
bound:
	sys 3 {15w}(fp): p "/chan/x", w $1, w $0x1b6
	say w 0({15w}(fp))
	cvtca {8w}(mp), {17w}(fp)
	sys 4 {11w}(fp): p {15w}(fp), p {17w}(fp), w $5
	say w {11w}(fp)
	sys 2 {15w}(fp): p "/env/x", w $0
	sys 5 {11w}(fp): p {15w}(fp), p {16w}(fp), w $50
	movp {16w}(fp), {17w}(fp)
	slicea $0, {11w}(fp), {17w}(fp)
	cvtac {17w}(fp), {17w}(fp)
	say s {17w}(fp)
	sys 8 {17w}(fp): p {15w}(fp)
	say s {17w}(fp)
	note "gone"
	sys 1 {11w}(fp): p "", p "/chan"
	say w {11w}(fp)
	sys 2 {15w}(fp): p "/chan/x", w $0
	error
	sys 1 {11w}(fp): p "", p "/chan"
	say w {11w}(fp)
	error
	note "a union"
	sys 0 {11w}(fp): p "#e", p "/fd", w $1
	sys 2 {15w}(fp): p "/fd/x", w $0
	say w 0({15w}(fp))
	sys 2 {15w}(fp): p "/fd/1", w $1
	say w 0({15w}(fp))
	sys 3 {15w}(fp): p "/fd/y", w $1, w $0x1b6
	error
	note "a group of its own"
	sys 6 {11w}(fp): w $8, p {19w}(fp)
	sys 1 {11w}(fp): p "#e", p "/fd"
	say w {11w}(fp)
	sys 2 {15w}(fp): p "/fd/x", w $0
	error
	sys 7 {11w}(fp): p "/dev/../env"
	say w {11w}(fp)
	sys 2 {15w}(fp): p "x", w $0
	say w 0({15w}(fp))
	sys 2 {15w}(fp): p "../env/./x", w $0
	say w 0({15w}(fp))
	sys 2 {15w}(fp): p "../nothing", w $0
	error
	sys 2 {15w}(fp): p "/dev/null/x", w $0
	error
	sys 0 {11w}(fp): p "/dev/null", p "/env", w $0
	error
	sys 2 {15w}(fp): p "#!", w $0
	error
	sys 6 {11w}(fp): w $32, p {19w}(fp)
	sys 2 {15w}(fp): p "#c/null", w $0
	error
	sys 2 {15w}(fp): p "#e/x", w $0
	say w 0({15w}(fp))
	note "an environment of its own"
	sys 6 {11w}(fp): w $128, p {19w}(fp)
	sys 9 {11w}(fp): p "/env/x"
	say w {11w}(fp)
	sys 9 {11w}(fp): p "/env/x"
	error
	ret
