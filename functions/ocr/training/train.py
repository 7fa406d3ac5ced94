"""Trains a strip reader on drawn strips and writes it as ONNX.

    python train.py --minutes 30 --out ../models/words.onnx

One process draws, one learns. Every drawn strip is used a few times, because drawing costs more than learning.
"""

import argparse
import copy
import multiprocessing as mp
import time

import numpy as np
import torch
from torch.nn import functional as F

import fonts
import scenes
import strips
from model import Reader

BATCH, FRESH, WIDTH, DRAWS_A_STEP = 32, 12, 320, 1


def draw_forever(seed, shares, queue):
    rng = np.random.default_rng(seed)
    sets, pool = fonts.load(), scenes.pool(rng)
    while True:
        queue.put([np.stack(column) for column in zip(*strips.samples(rng, pool, sets, shares, FRESH, WIDTH))])


def export(model, path):
    ready = Reader(True, len(model.deeper) > 0)
    ready.load_state_dict(model.state_dict())
    ready.eval()
    shape = {"strip": {0: "n", 3: "width"}, "classes": {0: "n", 1: "columns"}}
    torch.onnx.export(ready, torch.zeros(1, 1, 48, 480), path, input_names=["strip"], output_names=["classes"], dynamic_axes=shape, opset_version=17, dynamo=False)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--labels", choices=strips.SHARES, default="both", help="what the counters of its games have")
    options.add_argument("--out", required=True)
    options.add_argument("--start")
    options.add_argument("--deep", action="store_true", help="more layers than what it starts from")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--rate", type=float, default=3e-3)
    options = options.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    queue = mp.Queue(8)
    mp.Process(target=draw_forever, args=(options.seed, strips.SHARES[options.labels], queue), daemon=True).start()

    # Half precision and this layout cost a CPU half the time.
    model = Reader(deep=options.deep).to(memory_format=torch.channels_last)
    if options.start:
        model.load_state_dict(torch.load(options.start), strict=not options.deep)
    # The mean of the latest weights reads better than the latest, and is worth keeping at any time.
    mean = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=1e-2)
    rng = np.random.default_rng(options.seed)
    memory = [np.zeros((24000, 48, WIDTH), np.uint8), np.zeros((24000, WIDTH // 2), np.uint8), np.zeros((24000, WIDTH // 2), np.uint8)]
    drawn = 0
    glyph_weight = torch.ones(len(strips.GLYPHS)) * 2
    label_weight = torch.ones(len(strips.LABELS)) * 2
    glyph_weight[0], label_weight[0] = 0.7, 0.7
    began, step, told = time.time(), 0, time.time()
    losses = []
    while (done := (time.time() - began) / (60 * options.minutes)) < 1:
        taken = 0
        while drawn < 960 or (taken < DRAWS_A_STEP and not queue.empty()):
            fresh = queue.get()
            taken += 1
            at = [(drawn + i) % len(memory[0]) for i in range(FRESH)]
            for store, part in zip(memory, fresh):
                store[at] = part
            drawn += FRESH
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * done))
        chosen = rng.integers(0, min(drawn, len(memory[0])), BATCH)
        image, glyphs, labels = (torch.from_numpy(store[chosen]) for store in memory)
        image = image[:, None].float() / 255
        if step % 2:  # contrast and brightness anew, so that a strip seen again is not the same
            gain, shift = torch.empty(BATCH, 1, 1, 1).uniform_(0.75, 1.15), torch.empty(BATCH, 1, 1, 1).uniform_(-0.08, 0.08)
            image = (image * gain + shift).clamp(0, 1)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            seen_glyphs, seen_labels = (seen.float() for seen in model(image.contiguous(memory_format=torch.channels_last)))
        loss = F.cross_entropy(seen_glyphs.transpose(1, 2), glyphs.long(), glyph_weight, ignore_index=strips.IGNORE)
        loss = loss + F.cross_entropy(seen_labels.transpose(1, 2), labels.long(), label_weight, ignore_index=strips.IGNORE)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        keep = min(0.995, step / (step + 20))
        with torch.no_grad():
            for kept, new in zip(mean.state_dict().values(), model.state_dict().values()):
                kept.copy_(kept * keep + new * (1 - keep) if kept.is_floating_point() else new)
        losses.append(loss.item())
        step += 1
        if time.time() - told > 60:
            told = time.time()
            print(f"{(told - began) / 60:.0f} min, {step} steps, {drawn} drawn, loss {np.mean(losses[-100:]):.4f}", flush=True)
            torch.save(mean.state_dict(), options.out + ".pt")
    torch.save(mean.state_dict(), options.out + ".pt")
    export(mean, options.out)


if __name__ == "__main__":
    main()
