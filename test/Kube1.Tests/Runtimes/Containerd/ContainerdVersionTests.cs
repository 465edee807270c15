using System.Runtime.Versioning;
using Kube1.Runtimes.Cri.Containerd;

namespace Kube1.Tests.Runtimes.Containerd;

// Alone: a child that another test starts while a program is being written here has that file open until it is itself
// executed, and the kernel executes no file that is open for writing.
[NonParallelizable]
[Platform("Linux"), SupportedOSPlatform("linux")]
public sealed class ContainerdVersionTests
{
    private string _folder = null!;

    [SetUp]
    public void Make() => _folder = Directory.CreateTempSubdirectory("kube1-version-").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestCase("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n", "1.6.20")]
    [TestCase("containerd github.com/containerd/containerd 1.7.24~ds1 1.7.24~ds1-6+deb13u1\n", "1.7.24")]
    [TestCase("containerd github.com/containerd/containerd/v2 2.1.9+unknown \n", "2.1.9")]
    [TestCase("containerd containerd.io v2.0.1 88aa2f531d6c2922003cc7929e51daf1c14caa0a\n", "2.0.1")]
    [TestCase("bash: containerd: command not found\n", null)]
    public void Parse_WhatVersionsPrint_IsTheNumber(string printed, string? expected) =>
        Assert.That(ContainerdVersion.Parse(printed)?.ToString(), Is.EqualTo(expected));

    [Test]
    public async Task Read_SameProgramAgain_IsNotAskedAgain()
    {
        var program = Program("containerd", "1.6.20");
        await File.AppendAllTextAsync(program, $"echo asked >> {At("asked")}\n");

        Assert.That(await ReadAsync(program), Is.EqualTo(new Version(1, 6, 20)));
        Assert.That(await ReadAsync(program), Is.EqualTo(new Version(1, 6, 20)));
        Assert.That(await File.ReadAllLinesAsync(At("asked")), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Read_LinkToAProgramThatIsUpgraded_IsTheNewVersion()
    {
        var program = Program("containerd-real", "1.7.24");
        File.CreateSymbolicLink(At("containerd"), program);
        Assert.That(await ReadAsync(At("containerd")), Is.EqualTo(new Version(1, 7, 24)));

        Program("containerd-real", "2.10.11");

        Assert.That(await ReadAsync(At("containerd")), Is.EqualTo(new Version(2, 10, 11)));
    }

    private Task<Version> ReadAsync(string program) =>
        ContainerdVersion.ReadAsync(program, At("cache"), TimeProvider.System, CancellationToken.None);

    /// <summary>A program that says that it is containerd of this version.</summary>
    private string Program(string name, string version)
    {
        File.WriteAllText(At(name), $"#!/bin/sh\necho containerd github.com/containerd/containerd {version}\n");
        File.SetUnixFileMode(At(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return At(name);
    }

    private string At(string name) => Path.Combine(_folder, name);
}
