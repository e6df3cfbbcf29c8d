/*
 * The walls, tried from inside: each role does its real kind of work behind its wall, and each
 * forbidden act ends the process or is refused.  Every try is a child of its own, since a wall is
 * never left.
 */
#define _GNU_SOURCE
#include "journal/testhome.h"
#include "picture/picture.h"
#include "seamd/client.h"
#include "seamd/duty.h"
#include "seamd/jail.h"
#include "seamd/tlsfile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#define GATE   (1u << JAIL_GATE)
#define CORE   (1u << JAIL_CORE)
#define SEAL   (1u << JAIL_SEAL)
#define CLERK  (1u << JAIL_CLERK)
#define READER (1u << JAIL_READER)
#define WEB    (1u << JAIL_WEB)
#define PEER   (1u << JAIL_PEER)
#define ALL    (GATE | CORE | SEAL | CLERK | READER | WEB | PEER)

enum { ENDS_S = 30, WORK = 50 };

/* What a child finds: a home it may hold, a folder beside it, descriptors opened before. */
struct scene {
	struct testhome home;
	char outside[64];
	char key[128];    /* a key file outside every allowed folder */
	char create[128]; /* a file that must not come to be */
	int spare;        /* an open socket that nobody connected */
	int file;         /* an open file of the home */
	pid_t parent;
};

static enum err
enter(enum jail_role role, const struct scene *scene)
{
	struct jail_paths paths = {{NULL}, {NULL}};
	char report[JAIL_REPORT_MAX];

	if (role == JAIL_CORE)
		paths.write[0] = scene->home.dir;
	if (role == JAIL_WEB)
		paths.read[0] = scene->home.dir;
	return jail_enter(role, &paths, CONFIG_JAIL_STRICT, report);
}

static void
set_scene(struct scene *scene)
{
	memset(scene, 0, sizeof *scene);
	testhome_make(&scene->home, "/tmp");
	journal_close(scene->home.journal);
	scene->home.journal = NULL;
	(void)snprintf(scene->outside, sizeof scene->outside, "/tmp/seam-outside-XXXXXX");
	assert_non_null(mkdtemp(scene->outside));
	(void)snprintf(scene->key, sizeof scene->key, "%s/station.key", scene->outside);
	(void)snprintf(scene->create, sizeof scene->create, "%s/new", scene->outside);
	assert_int_equal(file_write(scene->key, SPAN("seam key file 1\n"), 0600), ERR_OK);
	scene->parent = getpid();
	scene->spare = -1;
	scene->file = -1;
}

static void
strike_scene(struct scene *scene)
{
	testhome_wipe(scene->outside);
	testhome_wipe(scene->home.dir);
}

/* True, and says so, where no wall can be entered here. */
static bool
is_without_walls(void)
{
	char report[JAIL_REPORT_MAX] = "";
	int status = 0;
	pid_t pid;

	if (SEAM_SANITIZED) {
		print_message("skipped: a sanitizer build runs without walls\n");
		return true;
	}
	pid = fork();
	if (pid == 0)
		_exit(jail_enter(JAIL_SEAL, &(struct jail_paths){{NULL}, {NULL}},
				 CONFIG_JAIL_STRICT, report) == ERR_OK
			  ? 0
			  : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status == 0)
		return false;
	print_message("skipped: this kernel lacks landlock or seccomp\n");
	return true;
}

/* ---- what each role is there for ---- */

/* Signing, over a channel, many at once. */
static bool
work_of_seal(struct scene *scene)
{
	struct wire_message message;
	struct client *core;
	struct client *seal;
	struct sign_public public;
	struct sign_secret secret;
	struct signature signature;
	int pair[2];
	bool is_good;

	sign_keypair(&public, &secret);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ||
	    client_over(pair[0], &core) != ERR_OK || client_over(pair[1], &seal) != ERR_OK ||
	    enter(JAIL_SEAL, scene) != ERR_OK)
		return false;
	for (uint64_t i = 1; i <= WORK; i++) {
		size_t begun = wire_begin(client_out(core), WIRE_SIGN, i);

		out_sized(client_out(core), span_make(scene->home.dir, 40));
		wire_end(client_out(core), begun);
	}
	is_good = client_flush(core) == ERR_OK;
	for (uint64_t i = 1; i <= WORK && is_good; i++) {
		is_good = client_wait(seal, 1000, &message) == ERR_OK && message.id == i;
		sign_make(&secret, message.payload, &signature);
		is_good = is_good && sign_holds(&public, message.payload, &signature);
	}
	(void)fprintf(stderr, "# seal can say something\n");
	client_close(core);
	client_close(seal);
	sign_wipe(&secret, sizeof secret);
	return is_good;
}

static void
echo(struct bufferevent *line, void *base)
{
	char bytes[64];
	size_t n = bufferevent_read(line, bytes, sizeof bytes);

	(void)bufferevent_write(line, bytes, n);
	(void)bufferevent_flush(line, EV_WRITE, BEV_FLUSH);
	(void)event_base_loopexit(base, &(struct timeval){0, 20000});
}

static void
greet(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int n,
      void *base)
{
	struct bufferevent *line = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);

	(void)listener;
	(void)address;
	(void)n;
	bufferevent_setcb(line, echo, NULL, NULL, base);
	(void)bufferevent_enable(line, EV_READ | EV_WRITE);
}

static int
listen_at(const char *path, struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	address->sun_family = AF_UNIX;
	if (!span_copy(address->sun_path, sizeof address->sun_path, span_of(path)) ||
	    bind(fd, (const struct sockaddr *)address, sizeof *address) != 0 || listen(fd, 4) != 0)
		return -1;
	return fd;
}

/* Accepting and carrying bytes in the loop, with sockets it was given. */
static bool
work_of_gate(struct scene *scene)
{
	struct sockaddr_un address = {0};
	struct event_base *base = event_base_new();
	struct evconnlistener *listener;
	struct ucred peer;
	socklen_t n = sizeof peer;
	char back[8] = "";
	int guest = socket(AF_UNIX, SOCK_STREAM, 0);
	int fd = listen_at(scene->create, &address);

	if (!base || fd < 0)
		return false;
	listener = evconnlistener_new(base, greet, base, LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!listener || connect(guest, (const struct sockaddr *)&address, sizeof address) != 0 ||
	    write(guest, "hello", 5) != 5 || enter(JAIL_GATE, scene) != ERR_OK)
		return false;
	(void)event_base_dispatch(base);
	return getsockopt(guest, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 &&
	       peer.uid == geteuid() && recv(guest, back, sizeof back, 0) == 5 &&
	       memcmp(back, "hello", 5) == 0 && close(guest) == 0;
}

static int
compare(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* The C library asks the kernel how much memory there is before it sorts much. */
static bool
sorts(void)
{
	unsigned char *bytes = malloc(65536);
	bool is_good = bytes != NULL;

	if (!bytes)
		return false;
	for (size_t i = 0; i < 65536; i++)
		bytes[i] = (unsigned char)(i * 7919);
	qsort(bytes, 65536, 1, compare);
	for (size_t i = 1; i < 65536; i++)
		is_good = is_good && bytes[i - 1] <= bytes[i];
	free(bytes);
	return is_good;
}

/* The journal, opened before, written, read and put under a head; a file replaced whole. */
static bool
work_of_core(struct scene *scene)
{
	struct journal_counts counts;
	struct duty *duty;
	char token[DUTY_TOKEN_TEXT];
	char path[FILE_PATH_MAX];
	bool is_good;

	testhome_open(&scene->home);
	if (file_path(path, sizeof path, scene->home.dir, "duty.db") != ERR_OK ||
	    duty_open(path, &duty) != ERR_OK || enter(JAIL_CORE, scene) != ERR_OK)
		return false;
	for (int i = 0; i < 6; i++) {
		testhome_append(&scene->home, i * WORK, WORK);
		if (testhome_beat(&scene->home) != ERR_OK)
			return false;
	}
	testhome_furnish(&scene->home);
	is_good = sorts() && duty_add(duty, SPAN("x"), SPAN("watch"), token) == ERR_OK;
	duty_close(duty);
	is_good = is_good && file_path(path, sizeof path, scene->home.dir, "folded") == ERR_OK &&
		  file_write(path, SPAN("1\n"), 0600) == ERR_OK && unlink(path) == 0 &&
		  journal_count(scene->home.journal, &counts) == ERR_OK &&
		  counts.records >= 6 * WORK;
	journal_close(scene->home.journal);
	return is_good;
}

/* Argon2id with the memory it needs. */
static bool
work_of_clerk(struct scene *scene)
{
	char text[crypto_pwhash_STRBYTES];

	return enter(JAIL_CLERK, scene) == ERR_OK &&
	       crypto_pwhash_str(text, "pass", 4, crypto_pwhash_OPSLIMIT_INTERACTIVE,
				 crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0 &&
	       crypto_pwhash_str_verify(text, "pass", 4) == 0 &&
	       crypto_pwhash_str_verify(text, "word", 4) != 0;
}

/* A file that is open is read to its end, and memory comes and goes. */
static bool
work_of_reader(struct scene *scene)
{
	struct out out = out_new(8 << 20);
	char bytes[4096];
	int fd = open(scene->key, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0 || enter(JAIL_READER, scene) != ERR_OK)
		return false;
	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		out_bytes(&out, bytes, (size_t)n);
	for (int i = 0; i < 500; i++)
		out_bytes(&out, bytes, sizeof bytes);
	out_free(&out);
	return n == 0 && sorts() && lseek(fd, 0, SEEK_SET) == 0 && pread(fd, bytes, 4, 0) == 4 &&
	       memcmp(bytes, "seam", 4) == 0;
}

/* ---- a link: a descriptor from keeper, TLS 1.3 over it with both certificates ---- */

static int
believe(int is_good, X509_STORE_CTX *store)
{
	(void)is_good;
	(void)store;
	return 1; /* what is tried is the wall; the dates were looked at before this call */
}

/* Both ends have the same key. */
static SSL *
open_end(const struct scene *scene, bool is_client, int fd)
{
	EVP_PKEY *key = NULL;
	X509 *certificate = NULL;
	SSL_CTX *context = SSL_CTX_new(is_client ? TLS_client_method() : TLS_server_method());
	SSL *ssl = NULL;

	if (context && tlsfile_read(scene->home.dir, TLSFILE_PEER, &key, &certificate) == ERR_OK &&
	    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
	    SSL_CTX_use_certificate(context, certificate) == 1 &&
	    SSL_CTX_use_PrivateKey(context, key) == 1) {
		SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
				   believe);
		ssl = SSL_new(context);
	}
	if (ssl && fd >= 0)
		(void)SSL_set_fd(ssl, fd);
	if (ssl && is_client)
		SSL_set_connect_state(ssl);
	else if (ssl)
		SSL_set_accept_state(ssl);
	EVP_PKEY_free(key);
	X509_free(certificate);
	SSL_CTX_free(context);
	return ssl;
}

static bool
hand_descriptor(int channel, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec bytes = {(char[]){"x"}, 1};
	struct msghdr message = {.msg_iov = &bytes,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	return sendmsg(channel, &message, 0) == 1;
}

static int
take_descriptor(int channel)
{
	char control[CMSG_SPACE(sizeof(int))];
	char byte;
	struct iovec bytes = {&byte, 1};
	struct msghdr message = {.msg_iov = &bytes,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control};
	int fd = -1;

	if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
	return fd;
}

/* The two ends take turns on one thread until both are through. */
static bool
shake_hands(SSL *one, SSL *other)
{
	for (int i = 0; i < WORK; i++) {
		bool is_one = SSL_do_handshake(one) == 1;

		if (SSL_do_handshake(other) == 1 && is_one)
			return true;
	}
	return false;
}

static bool
work_of_peer(struct scene *scene)
{
	SSL *far = NULL;
	SSL *near = NULL;
	char bytes[64] = "";
	int channel[2];
	int line[2];
	int fd;
	bool is_good;

	if (setenv("TZ", "UTC0", 1) != 0 ||
	    tlsfile_make(scene->home.dir, TLSFILE_PEER, "a/makhmour", (struct span){NULL, 0},
			 (int64_t)time(NULL) * 1000) != ERR_OK ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, channel) != 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, line) != 0)
		return false;
	tzset();
	far = open_end(scene, true, line[0]);
	near = open_end(scene, false, -1);
	if (!far || !near || !hand_descriptor(channel[0], line[1]) || close(line[1]) != 0 ||
	    enter(JAIL_PEER, scene) != ERR_OK)
		return false;
	fd = take_descriptor(channel[1]);
	is_good = fd >= 0 && SSL_set_fd(near, fd) == 1 && shake_hands(far, near) &&
		  SSL_write(near, "hello 1", 7) == 7 && SSL_read(far, bytes, sizeof bytes) == 7 &&
		  memcmp(bytes, "hello 1", 7) == 0 && shutdown(fd, SHUT_WR) == 0;
	SSL_free(far);
	SSL_free(near);
	return is_good && close(fd) == 0;
}

/* ---- the page: HTTP, TLS, and a picture that core goes on writing ---- */

static bool
put_record(struct picture *picture, int64_t number)
{
	struct record *record = calloc(1, sizeof *record);
	struct picture_item item = {.record = record, .position = number, .filed_ms = 1000};
	bool is_good;

	if (!record)
		return false;
	item.id = hash_of(span_make(&number, sizeof number));
	record_init(record, KIND_INCIDENT);
	record->thread = SPAN("AAAAAAAAAAAAAAAAAAAAAA");
	is_good = station_read(SPAN("a/makhmour"), &record->station) &&
		  picture_begin(picture) == ERR_OK && picture_put(picture, &item) == ERR_OK &&
		  picture_commit(picture) == ERR_OK;
	free(record);
	return is_good;
}

/* Core, in a process of its own: a record for each byte that it is sent, until there are no more.
 * Within, the log of the picture is emptied and begun anew once. */
static _Noreturn void
be_core(const char *dir, int channel, int other_end)
{
	struct picture *picture = NULL;
	struct station own;
	char byte;

	(void)close(other_end); /* that its end is seen */
	if (!station_read(SPAN("a/makhmour"), &own) ||
	    picture_open(dir, PICTURE_WRITE, &own, &picture) != ERR_OK || !put_record(picture, 0) ||
	    write(channel, "x", 1) != 1)
		_exit(1);
	for (int64_t i = 1; read(channel, &byte, 1) == 1; i++)
		if (!put_record(picture, i) || (i == WORK / 2 && picture_tidy(picture) != ERR_OK) ||
		    write(channel, "x", 1) != 1)
			_exit(1);
	picture_close(picture);
	_exit(0);
}

/* Each time core has said that there is more, it is there. */
static bool
sees_what_core_writes(const char *dir, int channel)
{
	struct picture_size size;
	struct picture *picture;
	char byte;
	bool is_good = picture_open(dir, PICTURE_READ, NULL, &picture) == ERR_OK;

	for (int64_t i = 1; i <= WORK && is_good; i++)
		is_good = write(channel, "x", 1) == 1 && read(channel, &byte, 1) == 1 &&
			  picture_size(picture, &size) == ERR_OK && size.records == i + 1;
	picture_close(picture);
	return is_good;
}

static void
serve(struct evhttp_request *request, void *base)
{
	struct evbuffer *body = evbuffer_new();

	(void)evbuffer_add(body, "served", 6);
	evhttp_send_reply(request, 200, "OK", body);
	evbuffer_free(body);
	(void)event_base_loopexit(base, &(struct timeval){0, 50000});
}

/* A listener of its own, and who asks it. */
static bool
ask_by_http(struct event_base *base, struct evhttp *http, int *guest)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	struct sockaddr *at = (struct sockaddr *)&address;
	socklen_t n = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*guest = socket(AF_INET, SOCK_STREAM, 0);
	evhttp_set_gencb(http, serve, base);
	return bind(fd, at, n) == 0 && listen(fd, 4) == 0 && getsockname(fd, at, &n) == 0 &&
	       evhttp_accept_socket(http, fd) == 0 && connect(*guest, at, n) == 0 &&
	       write(*guest, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27) == 27;
}

static bool
work_of_web(struct scene *scene)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	char bytes[512] = "";
	SSL *far;
	SSL *near;
	int channel[2];
	int line[2];
	int guest;
	pid_t core;

	if (setenv("TZ", "UTC0", 1) != 0 ||
	    tlsfile_make(scene->home.dir, TLSFILE_PEER, "a/makhmour", (struct span){NULL, 0},
			 (int64_t)time(NULL) * 1000) != ERR_OK ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, channel) != 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, line) != 0)
		return false;
	core = fork();
	if (core == 0)
		be_core(scene->home.dir, channel[1], channel[0]);
	far = open_end(scene, true, line[0]);
	near = open_end(scene, false, line[1]);
	if (!base || !http || !far || !near || close(channel[1]) != 0 ||
	    read(channel[0], bytes, 1) != 1 || !ask_by_http(base, http, &guest) ||
	    enter(JAIL_WEB, scene) != ERR_OK)
		return false;
	(void)event_base_dispatch(base);
	return recv(guest, bytes, sizeof bytes - 1, 0) > 6 && strstr(bytes, "served") &&
	       shake_hands(far, near) && SSL_write(near, "hello 1", 7) == 7 &&
	       SSL_read(far, bytes, sizeof bytes) == 7 &&
	       sees_what_core_writes(scene->home.dir, channel[0]);
}

static bool (*const works[JAIL_ROLE_COUNT])(struct scene *scene) = {
    [JAIL_GATE] = work_of_gate,   [JAIL_CORE] = work_of_core,     [JAIL_SEAL] = work_of_seal,
    [JAIL_CLERK] = work_of_clerk, [JAIL_READER] = work_of_reader, [JAIL_PEER] = work_of_peer,
    [JAIL_WEB] = work_of_web,
};

static void
every_role_does_its_work(void **state)
{
	(void)state;
	if (is_without_walls())
		return;
	for (enum jail_role role = 0; role < JAIL_ROLE_COUNT; role++) {
		struct scene scene;
		int status;
		pid_t pid;

		if (!works[role]) {
			print_message("skipped: no work of %s is here yet\n", jail_role_name(role));
			continue;
		}
		set_scene(&scene);
		pid = fork();
		if (pid == 0) {
			(void)alarm(ENDS_S);
			_exit(works[role](&scene) ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		strike_scene(&scene);
		if (status != 0)
			fail_msg("%s: %s %d", jail_role_name(role),
				 WIFSIGNALED(status) ? "died of signal" : "ended with",
				 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
}

/* ---- what none of them may: each returns as a system call does ---- */

static long
try_socket_inet(const struct scene *scene)
{
	(void)scene;
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long
try_socket_unix(const struct scene *scene)
{
	(void)scene;
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long
try_socketpair(const struct scene *scene)
{
	int pair[2];

	(void)scene;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static long
try_connect(const struct scene *scene)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(scene->spare, (const struct sockaddr *)&address, sizeof address);
}

static long
try_bind(const struct scene *scene)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return bind(scene->spare, (const struct sockaddr *)&address, sizeof address);
}

static long
try_listen(const struct scene *scene)
{
	return listen(scene->spare, 1);
}

static long
try_sendmsg(const struct scene *scene)
{
	struct msghdr message = {0};

	return sendmsg(scene->spare, &message, 0);
}

static long
try_read_passwd(const struct scene *scene)
{
	(void)scene;
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static long
try_read_key(const struct scene *scene)
{
	return open(scene->key, O_RDONLY | O_CLOEXEC);
}

static long
try_create(const struct scene *scene)
{
	return open(scene->create, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long
try_change_picture(const struct scene *scene)
{
	char path[FILE_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/journal.db", scene->home.dir);
	return open(path, O_RDWR | O_CLOEXEC);
}

static long
try_empty_picture(const struct scene *scene)
{
	char path[FILE_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/journal.db", scene->home.dir);
	return open(path, O_RDONLY | O_TRUNC | O_CLOEXEC);
}

static long
try_create_beside(const struct scene *scene)
{
	char path[FILE_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/new", scene->home.dir);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static long
try_mkdir(const struct scene *scene)
{
	return mkdir(scene->create, 0700);
}

static long
try_unlink(const struct scene *scene)
{
	return unlink(scene->key);
}

static long
try_rename(const struct scene *scene)
{
	return rename(scene->key, scene->create);
}

static long
try_steal_by_link(const struct scene *scene)
{
	char path[FILE_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/stolen", scene->home.dir);
	return link(scene->key, path);
}

static long
try_symlink(const struct scene *scene)
{
	return symlink("/etc/passwd", scene->create);
}

static long
try_chmod(const struct scene *scene)
{
	return chmod(scene->key, 0666);
}

static long
try_read_memory_of_parent(const struct scene *scene)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)scene->parent);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static long
try_execve(const struct scene *scene)
{
	char *arguments[] = {(char[]){"true"}, NULL};

	(void)scene;
	return execv("/bin/true", arguments);
}

static long
try_execveat(const struct scene *scene)
{
	char *arguments[] = {(char[]){"true"}, NULL};

	(void)scene;
	return syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, NULL, 0);
}

static long
try_fork(const struct scene *scene)
{
	(void)scene;
	return fork();
}

static long
try_vfork(const struct scene *scene)
{
	(void)scene;
	return syscall(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD,
		       NULL, NULL, NULL, 0);
}

static long
try_ptrace(const struct scene *scene)
{
	return ptrace(PTRACE_ATTACH, scene->parent, NULL, NULL);
}

static long
try_read_memory(const struct scene *scene)
{
	char here[8];
	struct iovec to = {here, sizeof here};
	struct iovec from = {here, sizeof here};

	return process_vm_readv(scene->parent, &to, 1, &from, 1, 0);
}

static long
try_kill_parent(const struct scene *scene)
{
	return kill(scene->parent, SIGCONT);
}

static long
try_tgkill_parent(const struct scene *scene)
{
	return syscall(SYS_tgkill, scene->parent, scene->parent, SIGCONT);
}

static long
try_pidfd(const struct scene *scene)
{
	return syscall(SYS_pidfd_open, scene->parent, 0);
}

static long
try_mprotect_exec(const struct scene *scene)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)scene;
	return page == MAP_FAILED ? 0 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static long
try_mmap_exec(const struct scene *scene)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)scene;
	return page == MAP_FAILED ? -1 : 0;
}

static long
try_pkey_mprotect(const struct scene *scene)
{
	(void)scene;
	return syscall(SYS_pkey_mprotect, NULL, 4096, PROT_READ, -1);
}

static long
try_setuid(const struct scene *scene)
{
	(void)scene;
	return setuid(geteuid());
}

static long
try_setgroups(const struct scene *scene)
{
	(void)scene;
	return syscall(SYS_setgroups, 0, NULL);
}

static long
try_mount(const struct scene *scene)
{
	return mount("none", scene->outside, "tmpfs", 0, NULL);
}

static long
try_unshare(const struct scene *scene)
{
	(void)scene;
	return unshare(CLONE_NEWUSER);
}

static long
try_chroot(const struct scene *scene)
{
	return chroot(scene->outside);
}

static long
try_chdir(const struct scene *scene)
{
	(void)scene;
	return chdir("/");
}

static long
try_raise_limit(const struct scene *scene)
{
	struct rlimit limit = {1, 1};

	(void)scene;
	return setrlimit(RLIMIT_CORE, &limit);
}

static long
try_prctl(const struct scene *scene)
{
	(void)scene;
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long
try_memfd(const struct scene *scene)
{
	(void)scene;
	return memfd_create("x", 0);
}

static long
try_bpf(const struct scene *scene)
{
	(void)scene;
	return syscall(SYS_bpf, 0, NULL, 0);
}

static long
try_perf(const struct scene *scene)
{
	(void)scene;
	return syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}

static long
try_io_uring(const struct scene *scene)
{
	(void)scene;
	return syscall(SYS_io_uring_setup, 1, NULL);
}

static long
try_userfaultfd(const struct scene *scene)
{
	(void)scene;
	return syscall(SYS_userfaultfd, 0);
}

static long
try_keyctl(const struct scene *scene)
{
	(void)scene;
	return syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}

static long
try_ioctl(const struct scene *scene)
{
	return syscall(SYS_ioctl, scene->file, 0x5412 /* TIOCSTI */, "x");
}

#if defined(__x86_64__)
/* The same kernel under its two other tables of calls. */
static long
try_32_bit_call(const struct scene *scene)
{
	long answer = 20; /* getpid */

	(void)scene;
	__asm__ volatile("int $0x80" : "+a"(answer) : : "memory");
	return answer;
}

static long
try_x32_call(const struct scene *scene)
{
	(void)scene;
	return syscall(0x40000000L | SYS_getpid);
}
#else
#define try_32_bit_call try_fork
#define try_x32_call    try_fork
#endif

static const struct act {
	const char *name;
	long (*function)(const struct scene *scene);
	unsigned roles; /* for whom it is forbidden */
} acts[] = {
    {"socket, TCP", try_socket_inet, ALL},
    {"socket, Unix", try_socket_unix, ALL},
    {"socketpair", try_socketpair, ALL},
    {"connect", try_connect, ALL},
    {"bind", try_bind, ALL},
    {"listen", try_listen, ALL},
    {"sendmsg", try_sendmsg, ALL},
    {"reading /etc/passwd", try_read_passwd, ALL},
    {"reading a key file", try_read_key, ALL},
    {"creating a file outside", try_create, ALL},
    {"changing a file beside the picture", try_change_picture, ALL & ~CORE},
    {"emptying a file beside the picture", try_empty_picture, ALL & ~CORE},
    {"creating a file beside the picture", try_create_beside, ALL & ~CORE},
    {"making a folder outside", try_mkdir, ALL},
    {"removing a file outside", try_unlink, ALL},
    {"renaming a file outside", try_rename, ALL},
    {"linking a file into the home", try_steal_by_link, ALL},
    {"symlink", try_symlink, ALL},
    {"chmod", try_chmod, ALL},
    {"opening the parent's memory", try_read_memory_of_parent, ALL},
    {"execve", try_execve, ALL},
    {"execveat", try_execveat, ALL},
    {"fork", try_fork, ALL},
    {"a thread", try_vfork, ALL},
    {"ptrace", try_ptrace, ALL},
    {"process_vm_readv", try_read_memory, ALL},
    {"kill of the parent", try_kill_parent, ALL},
    {"tgkill of the parent", try_tgkill_parent, ALL},
    {"pidfd_open", try_pidfd, ALL},
    {"mprotect, executable", try_mprotect_exec, ALL},
    {"mmap, executable", try_mmap_exec, ALL},
    {"pkey_mprotect", try_pkey_mprotect, ALL},
    {"setuid", try_setuid, ALL},
    {"setgroups", try_setgroups, ALL},
    {"mount", try_mount, ALL},
    {"unshare", try_unshare, ALL},
    {"chroot", try_chroot, ALL},
    {"chdir", try_chdir, ALL},
    {"setrlimit", try_raise_limit, ALL},
    {"prctl", try_prctl, ALL},
    {"memfd_create", try_memfd, ALL},
    {"bpf", try_bpf, ALL},
    {"perf_event_open", try_perf, ALL},
    {"io_uring_setup", try_io_uring, ALL},
    {"userfaultfd", try_userfaultfd, ALL},
    {"keyctl", try_keyctl, ALL},
    {"ioctl", try_ioctl, ALL},
    {"a 32-bit call", try_32_bit_call, ALL},
    {"an x32 call", try_x32_call, ALL},
};

enum { ACT_REFUSED = 0, ACT_DONE = 1, ACT_OTHER_ERROR = 2, ACT_NO_WALL = 3 };

static _Noreturn void
try_in_child(struct scene *scene, enum jail_role role, const struct act *act)
{
	long answer;

	(void)alarm(ENDS_S);
	scene->spare = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	scene->file = open(scene->key, O_RDONLY | O_CLOEXEC);
	if (enter(role, scene) != ERR_OK)
		_exit(ACT_NO_WALL);
	errno = 0;
	answer = act->function(scene);
	if (answer >= 0)
		_exit(ACT_DONE);
	_exit(errno == EACCES || errno == EPERM || errno == EXDEV ? ACT_REFUSED : ACT_OTHER_ERROR);
}

static void
try_act(struct scene *scene, enum jail_role role, const struct act *act, unsigned *failed)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		try_in_child(scene, role, act);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if ((WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) || status == ACT_REFUSED)
		return;
	++*failed;
	print_error("%s: %s was not refused (%s %d)\n", jail_role_name(role), act->name,
		    WIFSIGNALED(status) ? "signal" : "exit",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void
every_forbidden_act_is_refused(void **state)
{
	struct scene scene;
	unsigned failed = 0;

	(void)state;
	if (is_without_walls())
		return;
	set_scene(&scene);
	for (enum jail_role role = 0; role < JAIL_ROLE_COUNT; role++)
		for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
			if (acts[i].roles & (1u << role))
				try_act(&scene, role, &acts[i], &failed);
	assert_false(file_is_there(scene.create));
	assert_true(file_is_there(scene.key));
	strike_scene(&scene);
	assert_int_equal(failed, 0);
}

/* The tries above can succeed: without a wall nearly all of them do, so the test can fail. */
static void
without_a_wall_they_succeed(void **state)
{
	static long (*const plain[])(const struct scene *scene) = {
	    try_socket_inet,   try_read_passwd, try_read_key,       try_bind,
	    try_mprotect_exec, try_mmap_exec,   try_tgkill_parent,  try_kill_parent,
	    try_socketpair,    try_chdir,       try_change_picture, try_create_beside,
	};
	struct scene scene;

	(void)state;
	set_scene(&scene);
	scene.spare = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (plain[i](&scene) < 0)
			fail_msg("row %zu: %s", i, strerror(errno));
	(void)close(scene.spare);
	strike_scene(&scene);
}

/* A wall also takes away core files and being looked at. */
static void
a_wall_takes_core_files(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (is_without_walls())
		return;
	pid = fork();
	if (pid == 0) {
		struct scene scene = {.home = {.dir = "/tmp"}};

		if (enter(JAIL_SEAL, &scene) == ERR_OK)
			abort();
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_false(WCOREDUMP(status));
}

static void
switched_off_says_so(void **state)
{
	char report[JAIL_REPORT_MAX];

	(void)state;
	assert_int_equal(
	    jail_enter(JAIL_GATE, &(struct jail_paths){{NULL}, {NULL}}, CONFIG_JAIL_OFF, report),
	    ERR_OK);
	assert_non_null(strstr(report, "no walls"));
	for (enum jail_role role = 0; role < JAIL_ROLE_COUNT; role++)
		assert_true(jail_role_name(role)[0] != '\0');
	assert_string_equal(jail_role_name(JAIL_ROLE_COUNT), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_role_does_its_work),
	    cmocka_unit_test(every_forbidden_act_is_refused),
	    cmocka_unit_test(without_a_wall_they_succeed),
	    cmocka_unit_test(a_wall_takes_core_files),
	    cmocka_unit_test(switched_off_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
