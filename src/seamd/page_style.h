#ifndef SEAM_SEAMD_PAGE_STYLE_H
#define SEAM_SEAMD_PAGE_STYLE_H

/*
 * The look of the plain page, inside it, so that it comes whole over a slow line.  The gate's
 * Content-Security-Policy allows exactly this text by its hash; test/73-page.sh holds the two
 * together. Severity has a shape and a word besides its colour; contrast is at least 4.5 in both
 * themes; only logical sides, since the page is also read from the right.
 */
/* clang-format off */
#define PAGE_STYLE \
	":root{color-scheme:light dark;--g:#fff;--p:#f2f4f5;--t:#15191c;--d:#4d575e;--l:#b9c1c6;--a:#0b4f9e;" \
	"--r:#b3121a;--y:#7a5200;--n:#0e6634;--x:#5b2a86}" \
	"@media(prefers-color-scheme:dark){:root{--g:#101518;--p:#1a2126;--t:#e9edf0;--d:#a3adb4;--l:#47525a;" \
	"--a:#7fbaff;--r:#ff8078;--y:#ffb454;--n:#63d08f;--x:#6a35a0}}" \
	"*{box-sizing:border-box}" \
	"body{margin:0;background:var(--g);color:var(--t);font:16px/1.5 system-ui,\"Noto Sans\",\"Noto Sans Arabic\",sans-serif}" \
	":lang(ar),:lang(ckb){line-height:1.65}" \
	"a{color:var(--a)}a,bdi{unicode-bidi:isolate}" \
	":focus-visible{outline:3px solid var(--a);outline-offset:2px}" \
	".x{margin:0;padding:.3rem 1rem;background:var(--x);color:#fff;text-align:center;border-block-end:3px double #fff}" \
	"header,nav{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;padding:.5rem 1rem;border-block-end:1px solid var(--l)}" \
	"header form{display:inline}header a{margin-inline-end:.6rem}.n{font-weight:700;font-size:1.2rem;text-decoration:none}.c{font-size:1.1rem}" \
	"main{padding:0 1rem 1rem;max-width:76rem;margin:auto}" \
	"h1{font-size:1.25rem;margin:1rem 0 .5rem}h2{font-size:1.1rem;margin:1.2rem 0 .4rem}" \
	"ul{list-style:none;margin:0;padding:0}li{padding:.5rem 0;border-block-start:1px solid var(--l)}" \
	"a,h1,p{overflow-wrap:anywhere}li>bdi{color:var(--d);margin:0 .25rem}li p{margin:.2rem 0}bdi[dir]{font-variant-numeric:tabular-nums}" \
	"i{font-style:normal;color:var(--d);border:1px solid var(--l);border-radius:3px;padding:0 .3rem;font-size:.85rem}" \
	".s{display:inline-block;margin-inline-end:.6rem}" \
	".s0::before,.s1::before,.s2::before{content:\"\";display:inline-block;width:.8em;height:.8em;margin-inline-end:.35em;background:currentColor}" \
	".s0{color:var(--r)}.s0::before{clip-path:polygon(30% 0,70% 0,100% 30%,100% 70%,70% 100%,30% 100%,0 70%,0 30%)}" \
	".s1{color:var(--y)}.s1::before{clip-path:polygon(50% 0,100% 100%,0 100%)}" \
	".s2{color:var(--n)}.s2::before{border-radius:50%}" \
	".k li{background:var(--p);border:1px solid var(--l);border-inline-start:4px solid var(--d);border-radius:4px;padding:.5rem .7rem;margin-block-end:.5rem}" \
	".k a{font-weight:600}.k li:has(.s0){border-inline-start-color:var(--r)}.k li:has(.s1){border-inline-start-color:var(--y)}" \
	"main>form{max-width:40rem}.e{color:var(--r);font-weight:600;border-inline-start:4px solid var(--r);padding-inline-start:.6rem}" \
	"label{display:block;font-weight:600;margin-block-start:.6rem}label::first-letter,dt::first-letter,.k p::first-letter,button::first-letter{text-transform:uppercase}small{color:var(--d);font-weight:400}" \
	"input,select,textarea{width:100%;min-height:2.75rem;padding:.4rem .5rem;font:inherit;font-weight:400;color:inherit;background:var(--g);border:1px solid var(--d);border-radius:4px}" \
	"textarea{min-height:5rem}" \
	"button,.b{display:inline-block;min-height:2.75rem;margin:.4rem 0 0;margin-inline-end:.4rem;padding:.5rem .9rem;font:inherit;font-weight:600;color:var(--t);background:var(--p);border:1px solid var(--d);border-radius:4px;cursor:pointer;text-decoration:none}" \
	".k button{background:var(--g)}.g{color:var(--g);background:var(--t)}.q{margin:0;padding:.2rem .6rem}" \
	"dl{display:grid;grid-template-columns:minmax(5.5rem,13rem) 1fr;gap:.2rem 1rem;margin:.4rem 0}dt{color:var(--d)}dd{margin:0;overflow-wrap:anywhere}" \
	".w{white-space:pre-line}" \
	"footer{padding:.5rem 1rem;color:var(--d);font-size:.9rem;border-block-start:1px solid var(--l)}" \
	"@media(min-width:60rem){.o{display:grid;grid-template-columns:minmax(0,1fr) 23rem;gap:0 2rem;align-items:start}" \
	".o>section{grid-column:1}.o>.f{grid-column:2;grid-row:1/5;position:sticky;inset-block-start:0}}" \
	"@media(min-width:40rem){.t>li{display:grid;grid-template-columns:4.6rem 8rem 6.4rem 1fr;column-gap:.6rem}" \
	".t>li>*{grid-column:4;justify-self:start;margin-inline:0}.t .s{grid-column:1}.t bdi{grid-column:2}.t bdi+bdi{grid-column:3}" \
	".t>li>p{grid-column:1/-1}}" \
	"@media(max-width:40rem){li>a:not(.b){display:block}.s:empty{display:none}}" \
	"@media(max-width:40rem){dl{grid-template-columns:36% 1fr}}"
/* clang-format on */

/* As it stands in the header: base64 of the SHA-256 of the text between <style> and </style>. */
#define PAGE_STYLE_SOURCE "'sha256-3vmBXnCHsvEr+MCNvf1k9MG9mKy1HtwDPJN2QgQhWZY='"

#endif
