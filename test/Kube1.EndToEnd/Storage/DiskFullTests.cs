using System.Diagnostics;
using System.Text;
using Kube1.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.EndToEnd.Storage;

/// <summary>A store on a file system of 6 MiB, which only root can make.</summary>
public sealed class DiskFullTests
{
    private static readonly CollectionDefinition Durable = new("durable");
    private static readonly CollectionDefinition Relaxed = new("relaxed", Relaxed: true);

    private string _mount = "";

    [SetUp]
    public async Task MountAsync()
    {
        _mount = Directory.CreateTempSubdirectory("kube1-disk-").FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", _mount);
    }

    [TearDown]
    public async Task UnmountAsync()
    {
        await RunAsync("umount", _mount);
        Directory.Delete(_mount);
    }

    [Test]
    public async Task WriteAsync_DiskFull_FailsClearlyAndRecoversByItself()
    {
        string ballast = Path.Combine(_mount, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[1024 * 1024]);
        Store store = await OpenAsync();
        StoreCollection durable = store.GetOrAddCollection(Durable);
        StoreCollection relaxed = store.GetOrAddCollection(Relaxed);

        (int written, StoreUnavailableException failure) = await FillAsync(store, durable);
        Assert.Multiple(() =>
        {
            Assert.That(written, Is.GreaterThan(10));
            Assert.That(failure.Message, Does.Contain("kube1.db refuses writes because the disk is full: free some"));
            Assert.That(store.WriteFailure, Is.Not.Null);
            Assert.That(durable.Snapshot.Count, Is.EqualTo(written), "reads go on, without the failed write");
        });

        WriteResult lease = await store.WriteAsync(
            WriteOperation.Create(relaxed, "lease", "1"u8.ToArray()), CancellationToken.None);
        Assert.That(lease.IsCommitted, Is.True, "heartbeats go on in memory");

        File.Delete(ballast);
        WriteResult after = await store.WriteAsync(
            WriteOperation.Create(durable, "after", "1"u8.ToArray()), CancellationToken.None);
        Assert.That(after.IsCommitted, Is.True);
        Assert.That(after.Revision, Is.GreaterThan(lease.Revision));
        Assert.That(store.WriteFailure, Is.Null);

        await store.DisposeAsync();
        await using Store reopened = await OpenAsync();
        Assert.Multiple(() =>
        {
            Assert.That(reopened.GetOrAddCollection(Durable).Snapshot.Count, Is.EqualTo(written + 1));
            Assert.That(reopened.GetOrAddCollection(Relaxed).Snapshot.Count, Is.EqualTo(1));
            Assert.That(reopened.CurrentRevision, Is.EqualTo(after.Revision));
        });
    }

    [Test]
    public async Task WriteAsync_LogFillsTheDisk_StartsTheLogOver()
    {
        await File.WriteAllBytesAsync(Path.Combine(_mount, "ballast"), new byte[4 * 1024 * 1024]);
        await using Store store = await OpenAsync();
        StoreCollection durable = store.GetOrAddCollection(Durable);
        await store.WriteAsync(WriteOperation.Create(durable, "a", new byte[40_000]), CancellationToken.None);

        // 8 MiB of log, where 2 MiB are free: the data itself needs no more room than it has.
        for (int i = 0; i < 200; i++)
        {
            WriteResult updated = await store.WriteAsync(
                WriteOperation.Update(durable, "a", new byte[40_000]), CancellationToken.None);
            Assert.That(updated.IsCommitted, Is.True);
        }
    }

    [Test]
    public async Task OpenAsync_DiskFull_SaysSo()
    {
        await using (FileStream ballast = File.Create(Path.Combine(_mount, "ballast")))
        {
            var block = new byte[4096];
            Assert.That(
                () =>
                {
                    while (true)
                    {
                        ballast.Write(block);
                        ballast.Flush();
                    }
                },
                Throws.InstanceOf<IOException>());
        }

        Assert.That(OpenAsync, Throws.TypeOf<StoreOpenException>().With.Message.Contains("space"));
    }

    private static async Task<(int Written, StoreUnavailableException Failure)> FillAsync(
        Store store, StoreCollection collection)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                byte[] value = Encoding.ASCII.GetBytes(new string('x', 40_000));
                await store.WriteAsync(WriteOperation.Create(collection, $"k{i:D4}", value), CancellationToken.None);
            }
            catch (StoreUnavailableException failure)
            {
                return (i, failure);
            }
        }
    }

    private Task<Store> OpenAsync() => Store.OpenAsync(
        new StoreOptions { DirectoryPath = Path.Combine(_mount, "store") },
        [Durable, Relaxed], NullLogger.Instance, CancellationToken.None);

    private static async Task RunAsync(string file, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true })!;
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, errors);
    }
}
