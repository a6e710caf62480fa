// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A driver that has the kernel do what otherwise takes hardware: read firmware, request a module. What came
 * of it is what loading the driver comes to, so it never stays.
 */
#include <linux/device.h>
#include <linux/firmware.h>
#include <linux/kmod.h>
#include <linux/module.h>

static char *firmware;
module_param(firmware, charp, 0);
MODULE_PARM_DESC(firmware, "name of a firmware to request; -ECANCELED: it was read");

static char *module;
module_param(module, charp, 0);
MODULE_PARM_DESC(module, "name of a module to request; -ECANCELED: modprobe ran");

static int embargo_tool_firmware(void)
{
	struct device *device = root_device_register("embargo_tool");
	const struct firmware *image;
	int r;

	if (IS_ERR(device))
		return PTR_ERR(device);
	r = request_firmware(&image, firmware, device);
	if (!r)
		release_firmware(image);
	root_device_unregister(device);
	return r;
}

static int __init embargo_tool_init(void)
{
	int r = -EINVAL;

	if (firmware)
		r = embargo_tool_firmware();
	else if (module)
		r = request_module("%s", module);
	return r < 0 ? r : -ECANCELED; /* above 0 is modprobe's exit status */
}

static void __exit embargo_tool_exit(void)
{
}

module_init(embargo_tool_init);
module_exit(embargo_tool_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test driver of embargo");
MODULE_VERSION("1");
