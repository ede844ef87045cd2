/* SPDX-License-Identifier: ISC */
/* Journal reports: mails about mails, sent to an archive. */
#ifndef EXPORT_REPORT_H
#define EXPORT_REPORT_H

#include "export/cursor.h"
#include "export/export.h"
#include "export/smtp.h"

/* An outlet that sends each view so, unless the cursor has it. All stays the
 * caller's. folder: for mails on their way. NULL with errno. */
struct outlet *outlet_smtp(const struct smtp_options *, struct cursor *,
    const char *folder);

#endif
