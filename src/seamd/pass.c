/* Promises that a descriptor comes whole or not at all, and that none is left open by accident. */
#define _GNU_SOURCE
#include "seamd/pass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum err
pass_send(int socket, struct span bytes, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {0};
	struct iovec vector = {(char *)(uintptr_t)bytes.p, bytes.n}; /* sendmsg only reads them */
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
	struct cmsghdr *header;
	ssize_t n;

	if (fd >= 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof control;
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(header), &fd, sizeof fd);
	}
	n = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN ? ERR_BUSY : ERR_CLOSED;
	return (size_t)n == bytes.n ? ERR_OK : ERR_CLOSED;
}

enum err
pass_receive(int socket, void *bytes, size_t size, size_t *n, int *fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof *fd)];
	struct iovec vector = {bytes, size};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control};
	ssize_t got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	*n = 0;
	*fd = -1;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? ERR_BUSY : ERR_CLOSED;
	if (got == 0)
		return ERR_CLOSED;
	/* There is room for one: the kernel closes what does not fit. */
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof *fd))
		memcpy(fd, CMSG_DATA(header), sizeof *fd);
	*n = (size_t)got;
	return ERR_OK;
}
