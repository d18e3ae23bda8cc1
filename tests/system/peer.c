/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One end of traffic in a test: `peer ping ADDRESS N` says how many of N echo requests were
 * answered; `peer listen PORT` takes one connection, `peer send ADDRESS PORT BYTES` makes one and
 * sends that many bytes: each says how many there were and their sum, which must agree.
 */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS	 2000
#define PAUSE_MS 100

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static struct sockaddr_in address(const char *ip, const char *port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_addr.s_addr = inet_addr(ip),
				     .sin_port = htons((uint16_t)atoi(port)) };
}

static uint16_t checksum(const void *data, size_t size)
{
	const uint8_t *p = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += (uint32_t)p[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static bool is_answer(const uint8_t *packet, ssize_t n, uint16_t sequence)
{
	struct icmphdr icmp;

	if (n < (ssize_t)(sizeof(struct iphdr) + sizeof icmp))
		return false;
	memcpy(&icmp, packet + sizeof(struct iphdr), sizeof icmp);
	return icmp.type == ICMP_ECHOREPLY && icmp.un.echo.sequence == sequence;
}

static bool ping_once(int fd, const struct sockaddr_in *to, uint16_t sequence)
{
	struct icmphdr icmp = { .type = ICMP_ECHO, .un.echo = { .id = 1, .sequence = sequence } };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t packet[1500];

	icmp.checksum = checksum(&icmp, sizeof icmp);
	if (sendto(fd, &icmp, sizeof icmp, 0, (const struct sockaddr *)to, sizeof *to) < 0)
		return false;
	while (poll(&p, 1, WAIT_MS) > 0)
		if (is_answer(packet, recv(fd, packet, sizeof packet, 0), sequence))
			return true;
	return false;
}

static int ping(const char *ip, const char *count)
{
	struct sockaddr_in to = address(ip, "0");
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), n = atoi(count), answered = 0;

	if (fd < 0)
		return fail("socket");
	for (int i = 0; i < n; i++) {
		answered += ping_once(fd, &to, htons((uint16_t)(i + 1)));
		poll(NULL, 0, PAUSE_MS);
	}
	printf("%d of %d\n", answered, n);
	return answered != n;
}

static uint64_t add(uint64_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = sum * 31 + p[i];
	return sum;
}

static int listen_once(const char *port)
{
	struct sockaddr_in at = address("0.0.0.0", port);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0), peer;
	uint64_t sum = 0, total = 0;
	uint8_t buf[65536];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (const struct sockaddr *)&at, sizeof at) || listen(fd, 1))
		return fail("listen");
	peer = accept(fd, NULL, NULL);
	if (peer < 0)
		return fail("accept");
	while ((n = read(peer, buf, sizeof buf)) > 0) {
		sum = add(sum, buf, (size_t)n);
		total += (uint64_t)n;
	}
	printf("%llu bytes, sum %llx\n", (unsigned long long)total, (unsigned long long)sum);
	return n < 0;
}

static int send_all(const char *ip, const char *port, const char *bytes)
{
	struct sockaddr_in to = address(ip, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	uint64_t left = strtoull(bytes, NULL, 10), total = left, sum = 0, x = 1;
	uint8_t buf[65536];

	for (int i = 0; connect(fd, (const struct sockaddr *)&to, sizeof to); i++) {
		if (i == 50)
			return fail("connect");
		poll(NULL, 0, PAUSE_MS);
	}
	while (left) {
		size_t size = left < sizeof buf ? (size_t)left : sizeof buf;
		size_t done = 0;

		for (size_t i = 0; i < size; i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			buf[i] = (uint8_t)(x >> 56);
		}
		while (done < size) {
			ssize_t n = write(fd, buf + done, size - done);

			if (n <= 0)
				return fail("write");
			done += (size_t)n;
		}
		sum = add(sum, buf, size);
		left -= size;
	}
	printf("%llu bytes, sum %llx\n", (unsigned long long)total, (unsigned long long)sum);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "ping"))
		return ping(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "listen"))
		return listen_once(argv[2]);
	if (argc == 5 && !strcmp(argv[1], "send"))
		return send_all(argv[2], argv[3], argv[4]);
	fprintf(stderr, "usage: peer ping ADDRESS N | listen PORT | send ADDRESS PORT BYTES\n");
	return 2;
}
