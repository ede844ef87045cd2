/* SPDX-License-Identifier: ISC */
/* A node that is to end. */
#include <signal.h>

#include "node/internal.h"

void node_stop(struct node *n)
{
	bool again = n->stopping;

	n->stopping = true;
	if (!again) {
		node_notify(n, "STOPPING=1");
		node_tell(n);
		/* Whoever comes now is refused, and not kept waiting. */
		for (size_t i = 0; i < n->listens; i++)
			address_unlisten(&n->listen[i], &n->listening[i]);
		if (n->upload_listening.count)
			address_unlisten(&n->upload_address,
			    &n->upload_listening);
		keeper_stop(&n->upload, false);
		keeper_stop(&n->sealer, false);
	}
	intercept_stop(n, again);
	if (again) {
		pipelines_kill(n, SIGKILL);
		keeper_stop(&n->keeper, true);
		keeper_stop(&n->upload, true);
		keeper_stop(&n->sealer, true);
	}
	node_done(n);
}
