#!/usr/bin/env python3
"""Updates a peripheral with the public `smpclient`: shows that the simulated one is what other people's clients expect.

usage: smp_visit.py PORT IMAGE    prints a line for each step
"""
import asyncio, sys

from smpclient import SMPClient
from smpclient.generics import success
from smpclient.requests.image_management import ImageStatesRead, ImageStatesWrite
from smpclient.requests.os_management import EchoWrite, MCUMgrParametersRead, ResetWrite
from smpclient.transport.serial import SMPSerialTransport


async def main(port, path):
    with open(path, "rb") as file:
        image = file.read()
    async with SMPClient(SMPSerialTransport(), port) as client:

        async def ask(request):
            response = await client.request(request)
            assert success(response), response
            return response

        print("echo", (await ask(EchoWrite(d="hello"))).r)
        print("buffer", (await ask(MCUMgrParametersRead())).buf_size)
        async for offset in client.upload(image, 0):
            pass
        print("uploaded", offset)
        states = (await ask(ImageStatesRead())).images
        print("states", *[(state.slot, state.version, state.active, state.pending) for state in states])
        await ask(ImageStatesWrite(hash=states[1].hash))
        await ask(ResetWrite())
        await asyncio.sleep(0.5)
        states = (await ask(ImageStatesRead())).images
        print("running", states[0].version, states[0].confirmed)
        await ask(ImageStatesWrite(hash=states[0].hash, confirm=True))
        print("confirmed", (await ask(ImageStatesRead())).images[0].confirmed)


asyncio.run(main(*sys.argv[1:]))
