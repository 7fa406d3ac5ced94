"""Columns in, classes out: a small convolutional network that looks at the whole height at once. 0.25 million weights."""

import torch
from torch import nn

from strips import GLYPHS, LABELS


def block(inputs, outputs, kernel, stride=(1, 1), padding=(1, 1), dilation=(1, 1)):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, channels, dilation):
        super().__init__()
        self.body = nn.Sequential(
            block(channels, channels, (1, 5), padding=(0, 2 * dilation), dilation=(1, dilation)),
            nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels))
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.act(x + self.body(x))


class Deeper(nn.Module):
    """One layer more that changes nothing until it is trained, so that a trained model can grow."""

    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))
        self.act = nn.ReLU(inplace=True)
        nn.init.zeros_(self.body[1].weight)

    def forward(self, x):
        return self.act(x + self.body(x))


class Reader(nn.Module):
    """[N, 1, 48, W] of 0..1 -> [N, W / 2, glyph classes + label classes], both softmaxed when `probabilities`. `deep`: 0.35 million weights."""

    def __init__(self, probabilities=False, deep=False):
        super().__init__()
        self.probabilities = probabilities
        self.look = nn.Sequential(
            block(1, 16, 3, (2, 2)), block(16, 32, 3, (2, 1)), block(32, 40, 3, (2, 1)), block(40, 40, 3),
            block(40, 80, (6, 3), padding=(0, 1)))
        self.along = nn.Sequential(*(Residual(80, dilation) for dilation in (1, 2, 4, 8)))
        self.glyphs = nn.Conv2d(80, len(GLYPHS), 1)
        self.labels = nn.Conv2d(80, len(LABELS), 1)
        self.deeper = nn.ModuleList([Deeper(16), Deeper(32), Deeper(40)] if deep else [])
        self.further = nn.Sequential(*(Residual(80, dilation) for dilation in (1, 3)) if deep else [])
        for added in self.further:
            nn.init.zeros_(added.body[2].weight)

    def forward(self, x):
        x = x - x.mean((2, 3), keepdim=True)
        for place, layer in enumerate(self.look):
            x = layer(x)
            if place < len(self.deeper):
                x = self.deeper[place](x)
        seen = self.further(self.along(x))
        glyphs, labels = (head(seen).squeeze(2).transpose(1, 2) for head in (self.glyphs, self.labels))
        if self.probabilities:
            return torch.cat([glyphs.softmax(2), labels.softmax(2)], 2)
        return glyphs, labels
