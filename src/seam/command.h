#ifndef SEAM_SEAM_COMMAND_H
#define SEAM_SEAM_COMMAND_H

struct app;

/*
 * Every command: name, options ("name=" takes a value), arguments for people, what it needs,
 * function, one line of help.  NEEDS: ACT a running station (one is started for the command where
 * none runs), READ the home's files, NONE no home.
 */
/* clang-format off */
#define COMMAND_ROWS(X) \
	X("init",            "station= exercise exercise-start= exercise-epoch= rate= profile= with= root= root-passphrase-file= passphrase-file= join", \
	  "DIR --station PARTY/SITE [--exercise] [--profile P --with b,c]", NONE, init_make, "makes a home: keys, configuration, policy, an empty log") \
	X("members new",     "party= invite= joint= purpose= quorum= version= exercise exercise-start= exercise-epoch= rate=", \
	  "--party a=KEY | --invite FILE ... --purpose TEXT --quorum N", NONE, members_new, "drafts a member list; prints it") \
	X("members sign",    "root= root-passphrase-file=", "FILE", READ, members_sign, "adds this party's signature to a drafted list, in place") \
	X("members show",    "", "[FILE]", READ, members_show, "the list in force here, or that of a file, with who has signed") \
	X("members verify",  "", "FILE", NONE, members_verify, "whether every party of a list has signed it") \
	X("members install", "", "FILE ...", ACT, members_install, "puts lists, key notes, revocations and invitations in force here") \
	X("invite",          "", "[FILE]", READ, join_invite, "what others need of this party: root key, member list, key notes") \
	X("join",            "root= root-passphrase-file=", "[sign REQUEST | FILE]", READ, join_station, "a further station: its request, its party's signature, its installation") \
	X("key show",        "", "", READ, key_show, "the keys this station knows, and which are revoked") \
	X("key revoke",      "from= origin= reason= root= root-passphrase-file=", "STATION#N [--from SIZE]", ACT, key_revoke, "voids what a key signed from a position of its log on") \
	X("key rotate",      "root= root-passphrase-file=", "[--root FILE]", READ, key_rotate, "a further record key, in a new key note; what the old ones signed stays valid") \
	X("user add",        "", "NAME DUTY,...", ACT, user_add, "an account; prints its token once") \
	X("user remove",     "", "NAME", ACT, user_remove, "ends an account") \
	X("user list",       "", "", ACT, user_list, "accounts and the duties each may take") \
	X("user pass",       "passphrase-file=", "NAME", ACT, user_pass, "sets the passphrase of an account") \
	X("report",          "thread= amend= preview", "KIND FIELD=VALUE ... [--thread T | --amend ID] [--preview]", ACT, report_file, "files one record; prints its id and what became of it per party") \
	X("retract",         "", "ID", ACT, note_retract, "takes a record back; who received it is told, by id only") \
	X("erase",           "", "ID", ACT, note_erase, "destroys the key to its content here, at sisters and recipients") \
	X("answer",          "eta= place=", "ID WORD [TEXT]", ACT, note_answer, "what a person decided: seen, noted, concur, object, decline ...") \
	X("link add",        "listen= connect=", "STATION [--listen ADDRESS:PORT] [--connect HOST:PORT]", READ, link_add, "a link to a station of another party, or a sister; takes effect at once") \
	X("link remove",     "", "STATION", READ, link_remove, "ends a link") \
	X("link list",       "", "", READ, link_list, "each link: whether it stands, and if not, why and what mends it") \
	X("link key",        "root= root-passphrase-file= page", "[--root FILE] | --page", READ, link_key, "a new TLS key for the links, in a new key note; with --page for the page") \
	X("dispute",         "", "ID FIELD=VALUE ...", ACT, note_dispute, "one's own version beside another's record") \
	X("link",            "text=", "ID WORD ID", ACT, note_link, "duplicate_of, part_of, follows, not_same") \
	X("requests",        "open limit=", "[--open] [--limit N]", READ, request_list, "what parties ask of one another and how it stands, the most urgent first") \
	X("medevac",         "more= ask=", "FIELD=VALUE ... [--ask PARTY] | --more ID [FIELD=VALUE ...]", ACT, request_medevac, "a medical evacuation: lines 1 to 5 at once, 6 to 9 with --more") \
	X("ask",             "by= within= place= window= incident= severity=", "PARTY,... QUESTION --by TIME [--within 1h] [--place P] [--window W]", ACT, request_ask, "one question that is answered by a time") \
	X("alerts",          "all limit=", "[--all] [--limit N]", READ, alert_list, "what the rules found: step, who is called, when it is due") \
	X("tasks",           "", "", READ, directory_tasks, "what must be told by voice, whom to call and what to read out") \
	X("directory set",   "lang= place=", "PARTY[/SITE] POST MEANS ADDRESS ... [--lang L] [--place P]", READ, directory_set, "whom to call: an office and its channel, never a person") \
	X("directory remove", "", "PARTY[/SITE] POST [MEANS]", READ, directory_remove, "takes a row out") \
	X("directory tested", "", "PARTY[/SITE] POST [MEANS]", READ, directory_tested, "that the call was tried and worked, now") \
	X("directory",       "", "[list]", READ, directory_list, "counterparts and own posts: means, address, language, when it was tested") \
	X("shift show",      "", "", READ, shift_show, "where we stand: the watch and everything open") \
	X("shift open",      "alone", "[TEXT] [--alone]", ACT, shift_open, "opens the watch, or takes over the one that was handed over") \
	X("shift handover",  "", "[TEXT]", ACT, shift_handover, "reads out everything open and signs it over; not while anything red is unseen") \
	X("shift close",     "", "[TEXT]", ACT, shift_close, "ends the watch without a successor") \
	X("import ucdp-ged", "", "FILE", ACT, import_ucdp, "incidents of the UCDP GED data set") \
	X("import csv",      "map=", "FILE --map MAPFILE", ACT, import_csv, "rows of a table") \
	X("import geojson",  "map=", "FILE [--map MAPFILE]", ACT, import_geojson, "features of a map") \
	X("import exercise", "events= labels=", "FILE [--events 28-44] [--labels FILE]", ACT, import_exercise, "this station's part of an exercise script") \
	X("import bundle",   "", "FILE", ACT, stick_import, "what came on a stick; refused lines with the reason") \
	X("export bundle",   "", "PARTY FILE", ACT, stick_export, "what waits for a party, receipts included, for a stick") \
	X("list",            "kind= type= from= to= bbox= near= area= text= party= station= governorate= district= unanswered answered history limit= all", \
	  "[--kind K] [--type T] [--from T] [--to T] [--bbox W,S,E,N] [--near PLACE,METRES] [--text WORDS]", READ, list_rows, "records in force, newest first") \
	X("show",            "", "ID", READ, show_record, "one record: fields, versions, links, losses, who was given what") \
	X("count",           "by= sum= kind= type= from= to= bbox= near= area= text= party= station= governorate= district=", \
	  "[--by governorate,year] [--sum deaths] [filters of list]", READ, count_cells, "counts, each incident once") \
	X("review",          "", "ID", READ, review_record, "who filed, was told and answered, in order of time") \
	X("policy check",    "", "[FILE]", NONE, policy_check, "reads a policy, runs its tests, names what looks forgotten; --verbose a line for each") \
	X("policy use",      "profile=", "FILE | --profile P", ACT, policy_use, "signs it, logs it and starts it") \
	X("policy explain",  "", "ID PARTY", READ, policy_explain, "which line gave which field, and which kept it") \
	X("policy diff",     "", "OLD NEW | NEW", READ, policy_diff, "which records held would newly flow") \
	X("policy preview",  "", "KIND FIELD=VALUE ...", READ, policy_preview, "what each party would get of a record before it is filed") \
	X("policy show",     "", "", READ, policy_show, "the policy in force") \
	X("policy profiles", "", "", NONE, policy_profiles, "ready policies") \
	X("send",            "replay", "ID PARTY | --replay PARTY", ACT, send_record, "approves what waits for officers; with --replay cuts earlier records by the policy in force") \
	X("hold",            "until= due=", "[ID --until TIME REASON | --due DURATION]", ACT, hold_record, "keeps a record beyond its date, with a reason; without an ID what is held, or what goes by then") \
	X("say",             "lang=", "ID PARTY [--lang en|ar|ckb]", READ, send_say, "a script of what the party may know now, to be read out") \
	X("told",            "by= to= read-back", "ID PARTY --by voice [--to DUTY] [--read-back]", ACT, note_told, "the record that it was told") \
	X("verify",          "members=", "[DIR | FILE]", NONE, verify_any, "recomputes everything from stored bytes; names the first fault; man seam explains the counts") \
	X("evidence list",   "", "", READ, evidence_list, "what is kept here that proves a log told two histories") \
	X("proof",           "to=", "ID [--to PARTY]", READ, proof_record, "a tlog-proof; with --to the evidence that a party has it") \
	X("backup",          "passphrase-file=", "FILE", READ, backup_write, "an encrypted copy") \
	X("recover",         "from= root= root-passphrase-file= passphrase-file=", "DIR [--from BACKUP]", NONE, backup_recover, "a home from a copy or with a lost head: a new log epoch begins") \
	X("destroy",         "", "", READ, backup_destroy, "a post being overrun: keys first, then content") \
	X("quarantine show", "", "NUMBER", READ, quarantined_show, "one of what was refused and kept apart, with its bytes") \
	X("quarantine",      "limit=", "[list] [--limit N]", READ, quarantined_list, "what others sent that was refused: when, from where, why, how large") \
	X("status",          "", "", READ, status_print, "the station and where deliveries stand with each party") \
	X("doctor",          "", "", READ, doctor_look, "faults of clock, key, link, disk and policy, each with what mends it")
/* clang-format on */

enum command_needs { COMMAND_NONE, COMMAND_READ, COMMAND_ACT };

#define X(name, options, arguments, needs, function, help) int function(struct app *app);
COMMAND_ROWS(X)
#undef X

#endif
