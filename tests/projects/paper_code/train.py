"""Train an image classifier with gated patch mixing (GPM) on CIFAR-10 or CIFAR-100."""

import argparse
import json
import os
import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms

MEAN = (0.4914, 0.4822, 0.4465)
STD = (0.2470, 0.2435, 0.2616)


def parse_args():
    """Command line; the defaults reproduce table 2."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="./data", help="folder into which torchvision downloads")
    parser.add_argument("--dataset", choices=["cifar10", "cifar100"], default="cifar10")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--patch", type=int, default=8, help="side of a patch in pixels")
    parser.add_argument("--gate", type=float, default=0.3, help="share of patches that are exchanged")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="runs/gpm")
    return parser.parse_args()


def set_seed(seed):
    """Seed every generator in use."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class Block(nn.Module):
    """Pre-activation residual block."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        active = F.relu(self.norm1(x))
        out = self.conv1(active)
        out = self.conv2(F.relu(self.norm2(out)))
        return out + self.shortcut(active)


class Net(nn.Module):
    """Small residual network of the paper's section 4."""

    def __init__(self, classes, width):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.stages = nn.Sequential(
            Block(width, width, 1),
            Block(width, 2 * width, 2),
            Block(2 * width, 4 * width, 2),
            Block(4 * width, 8 * width, 2),
        )
        self.norm = nn.BatchNorm2d(8 * width)
        self.head = nn.Linear(8 * width, classes)

    def forward(self, x):
        x = F.relu(self.norm(self.stages(self.stem(x))))
        return self.head(x.mean(dim=(2, 3)))


def mix_patches(images, labels, patch, gate):
    """Exchange a share of the patches between each image and a random partner (equation 3)."""
    batch, _, height, width = images.shape
    partner = torch.randperm(batch, device=images.device)
    mask = (torch.rand(batch, 1, height // patch, width // patch, device=images.device) < gate).float()
    mask = F.interpolate(mask, scale_factor=patch, mode="nearest")
    mixed = images * (1 - mask) + images[partner] * mask
    return mixed, labels, labels[partner], mask.mean(dim=(1, 2, 3))


def loaders(args):
    """Training, validation and test loaders; 5,000 training images validate."""
    kind = datasets.CIFAR10 if args.dataset == "cifar10" else datasets.CIFAR100
    normalise = [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    augment = [transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip()]
    augmented = kind(args.data, train=True, download=True, transform=transforms.Compose(augment + normalise))
    plain = kind(args.data, train=True, download=True, transform=transforms.Compose(normalise))
    test = kind(args.data, train=False, download=True, transform=transforms.Compose(normalise))
    order = np.random.permutation(len(plain))
    return (
        DataLoader(Subset(augmented, order[5000:]), args.batch_size, shuffle=True, num_workers=4),
        DataLoader(Subset(plain, order[:5000]), 512),
        DataLoader(test, 512),
        len(plain.classes),
    )


def train_epoch(model, loader, optimizer, args, device):
    """One pass over the training images; returns the mean loss."""
    model.train()
    total = 0.0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        mixed, first, second, share = mix_patches(images, labels, args.patch, args.gate)
        logits = model(mixed)
        own = F.cross_entropy(logits, first, reduction="none")
        other = F.cross_entropy(logits, second, reduction="none")
        loss = ((1 - share) * own + share * other).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(images)
    return total / len(loader.dataset)


@torch.no_grad()
def accuracy(model, loader, device):
    """Share of images classified correctly."""
    model.eval()
    hits = 0
    for images, labels in loader:
        hits += (model(images.to(device)).argmax(dim=1).cpu() == labels).sum().item()
    return hits / len(loader.dataset)


def main():
    args = parse_args()
    set_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    train_loader, valid_loader, test_loader, classes = loaders(args)
    model = Net(classes, args.width).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9, weight_decay=args.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs)
    os.makedirs(args.out, exist_ok=True)
    best = 0.0
    for epoch in range(args.epochs):
        loss = train_epoch(model, train_loader, optimizer, args, device)
        schedule.step()
        valid = accuracy(model, valid_loader, device)
        print(f"epoch {epoch:3d}  loss {loss:.4f}  validation {valid:.4f}")
        if valid > best:
            best = valid
            torch.save(model.state_dict(), os.path.join(args.out, "best.pt"))
    model.load_state_dict(torch.load(os.path.join(args.out, "best.pt"), weights_only=True))
    result = {"args": vars(args), "validation": best, "test": accuracy(model, test_loader, device)}
    with open(os.path.join(args.out, "result.json"), "w") as handle:
        json.dump(result, handle, indent=2)
    print(f"test accuracy {result['test']:.4f}")


if __name__ == "__main__":
    main()
