using System.Text;
using Kube1.Storage;
using Kube1.Storage.Journals;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Storage;

/// <summary>A store in a directory of its own, which outlives restarts and goes with the fixture.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    public static readonly CollectionDefinition Pods = new("pods");
    public static readonly CollectionDefinition Leases = new("leases", Relaxed: true);

    private readonly Func<string, StoreOptions> _options;
    private Store? _store;

    private readonly Func<IJournal, IJournal> _journal;

    private StoreFixture(Func<string, StoreOptions> options, Func<IJournal, IJournal> journal)
    {
        _options = options;
        _journal = journal;
        DirectoryPath = Directory.CreateTempSubdirectory("kube1-store-").FullName;
    }

    public string DirectoryPath { get; }

    public string DatabasePath => Path.Combine(DirectoryPath, "kube1.db");

    public Store Store => _store ?? throw new InvalidOperationException("The store is closed.");

    public StoreCollection PodCollection => Store.GetOrAddCollection(Pods);

    public StoreCollection LeaseCollection => Store.GetOrAddCollection(Leases);

    /// <summary>Ends a hung test with an error instead of a hung run; never part of what is tested.</summary>
    public static CancellationToken Timeout => new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    public static async Task<StoreFixture> StartAsync(
        Func<string, StoreOptions>? options = null, Func<IJournal, IJournal>? journal = null)
    {
        var fixture = new StoreFixture(
            options ?? (path => new StoreOptions { DirectoryPath = path }), journal ?? (inner => inner));
        await fixture.OpenAsync();
        return fixture;
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(StoredEntry? entry) => Encoding.UTF8.GetString(entry!.Value.Span);

    public async Task OpenAsync() => _store = await Store.OpenAsync(
        _options(DirectoryPath), [Pods, Leases], _journal(SqliteJournal.Open(DirectoryPath, NullLogger.Instance)),
        NullLogger.Instance, CancellationToken.None);

    public async Task CloseAsync()
    {
        if (_store is { } store)
        {
            _store = null;
            await store.DisposeAsync();
        }
    }

    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    public async Task<WriteResult> CreateAsync(string key, string value) =>
        await Store.WriteAsync(WriteOperation.Create(PodCollection, key, Bytes(value)), Timeout);

    public async Task<WriteResult> UpdateAsync(string key, string value, long? expectedRevision = null) =>
        await Store.WriteAsync(WriteOperation.Update(PodCollection, key, Bytes(value), expectedRevision), Timeout);

    public async Task<WriteResult> DeleteAsync(string key, long? expectedRevision = null) =>
        await Store.WriteAsync(WriteOperation.Delete(PodCollection, key, expectedRevision), Timeout);

    public async Task<WriteResult> RenewAsync(string key, string value)
    {
        StoreCollection leases = LeaseCollection;
        WriteKind kind = leases.Snapshot.Get(key) is null ? WriteKind.Create : WriteKind.Update;
        return await Store.WriteAsync(new WriteOperation(leases, key, kind, Bytes(value)) { IsRenewal = true }, Timeout);
    }

    public async Task<WriteResult> ChangeLeaseAsync(string key, string value) =>
        await Store.WriteAsync(WriteOperation.Update(LeaseCollection, key, Bytes(value)), Timeout);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(DirectoryPath, recursive: true);
    }
}
