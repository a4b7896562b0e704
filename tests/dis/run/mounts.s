# A name space that is served through a pipe and mounted by the same program: files are made, written, read, listed, removed.
globals {2w} pointers {8w}, {9w}
	string {8w}: "hello, server"
	string {9w}: "junk is no message"
main {40w} pointers {14w}, {15w}, {16w}, {17w}, {18w}, {19w}, {20w}, {21w}, {22w}, {25w}
type byte 1
type cell {1w} pointers 0
imports
import
	use print, 0xac849033
import
	use pipe, 0x1f2c52ea
	use export, 0x6fc6dc03
	use mount, 0x74c17b3a
	use create, 0x54db77d9
	use write, 0x7cfef557
	use open, 0x8f477f99
	use read, 0x7cfef557
	use remove, 0xc6935858
	use unmount, 0x21e337e3
	use dirread, 0x72210d71
	use chdir, 0xc6935858
	use fversion, 0xfe9c0a06
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	newa $2, cell, {15w}(fp)
	newa $100, byte, {16w}(fp)
	sys 0 {11w}(fp): p {15w}(fp)
	indx {15w}(fp), {12w}(fp), $0
	movp 0({12w}(fp)), {19w}(fp)
	indx {15w}(fp), {12w}(fp), $1
	movp 0({12w}(fp)), {20w}(fp)
	movp {21w}(fp), {15w}(fp)
	sys 1 {11w}(fp): p {20w}(fp), p "/env", w $1
	say w {11w}(fp)
	movp {21w}(fp), {20w}(fp)
	sys 11 {24w}(fp): p {19w}(fp), w $8192, p "9P2000"
	say w {24w}(fp)
	movp {21w}(fp), {25w}(fp)
	sys 2 {11w}(fp): p {19w}(fp), p {21w}(fp), p "/chan", w $4, p {21w}(fp)
	movp {21w}(fp), {19w}(fp)
	note "mounted"
	sys 3 {17w}(fp): p "/chan/x", w $1, w $438
	cvtca {8w}(mp), {18w}(fp)
	sys 4 {11w}(fp): p {17w}(fp), p {18w}(fp), w $13
	say w {11w}(fp)
	sys 5 {17w}(fp): p "/env/x", w $0
	sys 6 {11w}(fp): p {17w}(fp), p {16w}(fp), w $99
	movp {16w}(fp), {18w}(fp)
	slicea $0, {11w}(fp), {18w}(fp)
	cvtac {18w}(fp), {18w}(fp)
	say s {18w}(fp)
	sys 10 {11w}(fp): p "/chan"
	say w {11w}(fp)
	sys 5 {17w}(fp): p "x", w $0
	sys 6 {11w}(fp): p {17w}(fp), p {16w}(fp), w $5
	movp {16w}(fp), {18w}(fp)
	slicea $0, {11w}(fp), {18w}(fp)
	cvtac {18w}(fp), {18w}(fp)
	say s {18w}(fp)
	sys 6 {11w}(fp): p {17w}(fp), p {16w}(fp), w $99
	say w {11w}(fp)
	sys 6 {11w}(fp): p {17w}(fp), p {16w}(fp), w $99
	say w {11w}(fp)
	sys 5 {17w}(fp): p ".", w $0
	sys 9 {24w}(fp): p {17w}(fp)
	say w {24w}(fp)
	movp {21w}(fp), {25w}(fp)
	sys 9 {24w}(fp): p {17w}(fp)
	say w {24w}(fp)
	sys 5 {17w}(fp): p "/chan/none", w $0
	error
	sys 5 {17w}(fp): p "/chan/x/y", w $0
	error
	shlw $31, $1, {11w}(fp)
	sys 3 {17w}(fp): p "/chan/f", w $0, w {11w}(fp)
	error
	sys 7 {11w}(fp): p "/chan/x"
	say w {11w}(fp)
	sys 5 {17w}(fp): p "/env/x", w $0
	error
	sys 8 {11w}(fp): p {21w}(fp), p "/chan"
	say w {11w}(fp)
	sys 5 {17w}(fp): p "/chan/x", w $0
	error
	note "servers that are none"
	newa $2, cell, {15w}(fp)
	sys 0 {11w}(fp): p {15w}(fp)
	indx {15w}(fp), {12w}(fp), $0
	movp 0({12w}(fp)), {19w}(fp)
	indx {15w}(fp), {12w}(fp), $1
	movp 0({12w}(fp)), {20w}(fp)
	movp {21w}(fp), {15w}(fp)
	cvtca {9w}(mp), {18w}(fp)
	sys 4 {11w}(fp): p {20w}(fp), p {18w}(fp), w $18
	sys 2 {11w}(fp): p {19w}(fp), p {21w}(fp), p "/chan", w $0, p {21w}(fp)
	say w {11w}(fp)
	error
	sys 2 {11w}(fp): p {21w}(fp), p {21w}(fp), p "/chan", w $0, p {21w}(fp)
	error
	ret
