using System.CommandLine;
using Kube1.Cmd.Commands;
using Kube1.Testing;

namespace Kube1.EndToEnd.Runtimes;

[NonParallelizable]
public sealed class ImagesCommandTests
{
    [Test, CancelAfter(120_000)]
    public async Task ImportListRemove_RealContainerd_DoWhatTheySay(CancellationToken ct)
    {
        await using var node = new ContainerdFixture();
        await node.StartAsync(ct);
        var archive = Path.Combine(node.Folder, "web.tar");
        await using (var file = File.Create(archive))
        {
            TestImages.WriteBusyBox(file, "k1images:v1", "k1images:v2");
        }

        var endpoint = node.Options.Endpoint.ToString();
        var imported = await RunAsync("import", archive, "--container-runtime-endpoint", endpoint);
        var listed = await RunAsync("list", "--container-runtime-endpoint", endpoint);
        var removed = await RunAsync("remove", "k1images:v1", "--container-runtime-endpoint", endpoint);
        var left = await RunAsync("list", "--container-runtime-endpoint", endpoint);
        var unknown = await RunAsync("remove", "k1images:v1", "--container-runtime-endpoint", endpoint);
        var pause = await RunAsync("remove", "kube1.local/pause:3.10", "--container-runtime-endpoint", endpoint);
        Assert.Multiple(() =>
        {
            Assert.That(imported.Code, Is.Zero, imported.Text);
            Assert.That(imported.Text, Is.EqualTo(
                "imported docker.io/library/k1images:v1\nimported docker.io/library/k1images:v2\n"));
            Assert.That(listed.Text, Does.Match(@"docker.io/library/k1images:v1 +[0-9a-f]{12} +[\d.]+ [kM]B +yes\n"));
            Assert.That(removed.Code, Is.Zero, removed.Text);
            Assert.That(left.Text, Does.Not.Contain("k1images").And.Contain("kube1.local/pause:3.10"));
            Assert.That(unknown, Is.EqualTo((1, "kube1 remove: there is no image 'k1images:v1'; `kube1 images list` shows them\n")));
            Assert.That(pause.Code, Is.EqualTo(1));
        });
    }

    [Test, CancelAfter(120_000)]
    public async Task Import_NoArchive_IsOneSentence(CancellationToken ct)
    {
        await using var node = new ContainerdFixture();
        await node.StartAsync(ct);
        var broken = Path.Combine(node.Folder, "broken.tar");
        await File.WriteAllTextAsync(broken, new string('x', 5000), ct);
        var endpoint = node.Options.Endpoint.ToString();
        var refused = await RunAsync("import", broken, "--container-runtime-endpoint", endpoint);
        var absent = await RunAsync("import", "/nonexistent.tar", "--container-runtime-endpoint", endpoint);
        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(1));
            Assert.That(refused.Text, Does.StartWith($"kube1 import: {broken} is no image archive (").And.Contain("docker save"));
            Assert.That(absent, Is.EqualTo((1, "kube1 import: there is no file /nonexistent.tar\n")));
        });
    }

    [Test]
    public async Task List_NoRuntime_NamesTheSocketAndTheFix()
    {
        var (code, text) = await RunAsync("list", "--data-dir", "/nonexistent");
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(text, Does.Contain("/nonexistent/agent/containerd/containerd.sock").And.Contain("kube1 server"));
            Assert.That(text.Trim(), Does.Not.Contain("\n"));
        });
    }

    private static async Task<(int Code, string Text)> RunAsync(params string[] arguments)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var text = new StringWriter { NewLine = "\n" };
        Console.SetOut(text);
        Console.SetError(text);
        try
        {
            return (await ImagesCommand.Create().Parse(arguments).InvokeAsync(), text.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
