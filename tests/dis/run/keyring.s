# $Keyring: digests, authentication, integers, ciphers; what is not there yet has a name; $Draw without a display.
globals {3w} pointers {8w}, {9w}, {10w}
	string {8w}: "$Keyring"
	string {9w}: "abc"
	string {10w}: "$Draw"
main {40w} pointers {14w}, {15w}, {16w}, {17w}, {18w}, {19w}, {20w}, {21w}, {26w}, {27w}, {28w}, {29w}
type byte 1
handlers
handler {21w}, tries, behind, -, 0
	otherwise caught
imports
import
	use print, 0xac849033
import
	use md5, 0x07656377
	use sha256, 0x07656377
	use hmac_sha1, 0xec9ac159
	use IPint.bebytestoip, 0x6fa90725
	use IPint.iptostr, 0xf9fdc03d
	use IPint.strtoip, 0x12d7a943
	use IPint.expmod, 0xe6105024
	use IPint.div, 0x4672bf61
	use rc4setup, 0x6fa90725
	use rc4, 0xd051c505
	use aessetup, 0x44452583
	use aescbc, 0x0ac616ba
	use genSK, 0xadd8cbd9
	use DigestState.copy, 0x491fbd11
import
	use Display.allocate, 0x74694470
init:
	begin
	load {8w}(mp), $1, {14w}(fp)
	cvtca {9w}(mp), {15w}(fp)
	newa $32, byte, {16w}(fp)
	note "digests, at once and in parts"
	sys 0 {18w}(fp): p {15w}(fp), w $3, p {16w}(fp), p {17w}(fp)
	movw $16, {11w}(fp)
	movp {16w}(fp), {21w}(fp)
	slicea $0, {11w}(fp), {21w}(fp)
	sys 3 {28w}(fp): p {21w}(fp)
	sys 4 {21w}(fp): p {28w}(fp), w $16
	say s {21w}(fp)
	sys 1 {18w}(fp): p {15w}(fp), w $1, p {17w}(fp), p {17w}(fp)
	sys 13 {19w}(fp): p {18w}(fp)
	movp {15w}(fp), {20w}(fp)
	slicea $1, $3, {20w}(fp)
	sys 1 {18w}(fp): p {20w}(fp), w $2, p {16w}(fp), p {18w}(fp)
	movw $32, {11w}(fp)
	movp {16w}(fp), {21w}(fp)
	slicea $0, {11w}(fp), {21w}(fp)
	sys 3 {28w}(fp): p {21w}(fp)
	sys 4 {21w}(fp): p {28w}(fp), w $16
	say s {21w}(fp)
	sys 1 {19w}(fp): p {20w}(fp), w $1, p {16w}(fp), p {19w}(fp)
	movw $32, {11w}(fp)
	movp {16w}(fp), {21w}(fp)
	slicea $0, {11w}(fp), {21w}(fp)
	sys 3 {28w}(fp): p {21w}(fp)
	sys 4 {21w}(fp): p {28w}(fp), w $16
	say s {21w}(fp)
	sys 2 {18w}(fp): p {15w}(fp), w $3, p {15w}(fp), p {16w}(fp), p {17w}(fp)
	movw $20, {11w}(fp)
	movp {16w}(fp), {21w}(fp)
	slicea $0, {11w}(fp), {21w}(fp)
	sys 3 {28w}(fp): p {21w}(fp)
	sys 4 {21w}(fp): p {28w}(fp), w $16
	say s {21w}(fp)
	note "integers"
	sys 5 {18w}(fp): p "123456789012345678901234567890", w $10
	sys 5 {19w}(fp): p "-FFFFFFFFFF", w $16
	sys 5 {20w}(fp): p "1000000007", w $10
	sys 6 {21w}(fp): p {18w}(fp), p {20w}(fp), p {20w}(fp)
	sys 4 {17w}(fp): p {21w}(fp), w $10
	say s {17w}(fp)
	sys 7 {26w}(fp): p {18w}(fp), p {19w}(fp)
	sys 4 {17w}(fp): p {26w}(fp), w $10
	say s {17w}(fp)
	sys 4 {17w}(fp): p {27w}(fp), w $64
	say s {17w}(fp)
	note "ciphers"
	movp {29w}(fp), {17w}(fp)
	sys 8 {18w}(fp): p {15w}(fp)
	sys 9 {24w}(fp): p {18w}(fp), p {16w}(fp), w $20
	movw $20, {11w}(fp)
	movp {16w}(fp), {21w}(fp)
	slicea $0, {11w}(fp), {21w}(fp)
	sys 3 {28w}(fp): p {21w}(fp)
	sys 4 {21w}(fp): p {28w}(fp), w $16
	say s {21w}(fp)
	movp {16w}(fp), {20w}(fp)
	slicea $0, $16, {20w}(fp)
	sys 10 {18w}(fp): p {20w}(fp), p {20w}(fp)
	sys 11 {24w}(fp): p {18w}(fp), p {16w}(fp), w $32, w $0
	movw $32, {11w}(fp)
	movp {16w}(fp), {21w}(fp)
	slicea $0, {11w}(fp), {21w}(fp)
	sys 3 {28w}(fp): p {21w}(fp)
	sys 4 {21w}(fp): p {28w}(fp), w $16
	say s {21w}(fp)
	note "what is not there"
tries:
	sys 12 {18w}(fp): p {9w}(mp), p {9w}(mp), w $512
	ret
caught:
	say s {21w}(fp)
behind:
	load {10w}(mp), $2, {14w}(fp)
	sys 0 {18w}(fp): p {9w}(mp)
	error
	ret
