using FsCheck;
using FsCheck.Fluent;
using Kube1.Storage;

namespace Kube1.Tests.Storage;

/// <summary>Random operations against a reference that is a dictionary and a number, across restarts.</summary>
public sealed class StoreModelTests
{
    private const int KeyCount = 12;

    private enum Step
    {
        Create,
        Update,
        UpdateExpecting,
        Delete,
        DeleteExpecting,
        Transaction,
        Flush,
        Restart,
    }

    [Test]
    public void Store_RandomOperations_AgreesWithReference()
    {
        Gen<Step> step = Gen.Frequency(
            (6, Gen.Constant(Step.Create)),
            (6, Gen.Constant(Step.Update)),
            (4, Gen.Constant(Step.UpdateExpecting)),
            (4, Gen.Constant(Step.Delete)),
            (3, Gen.Constant(Step.DeleteExpecting)),
            (4, Gen.Constant(Step.Transaction)),
            (1, Gen.Constant(Step.Flush)),
            (1, Gen.Constant(Step.Restart)));
        Gen<(Step, int, int)> command = step.SelectMany(
            kind => Gen.Choose(0, (2 * KeyCount) - 1).SelectMany(
                key => Gen.Choose(0, 3000).Select(size => (kind, key, size))));
        Arbitrary<(Step, int, int)[]> commands = Gen.Resize(command.ArrayOf(), 120).ToArbitrary();

        Prop.ForAll(commands, sequence => RunAsync(sequence).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    private static async Task RunAsync((Step Kind, int Key, int Size)[] commands)
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        var model = new Reference();
        foreach ((Step kind, int key, int size) in commands)
        {
            switch (kind)
            {
                case Step.Flush:
                    await fixture.Store.FlushAsync(StoreFixture.Timeout);
                    break;
                case Step.Restart:
                    await fixture.RestartAsync();
                    break;
                case Step.Transaction:
                    // A pair across collections: one durable, one relaxed.
                    await WriteAsync(
                        fixture, model,
                        Operation(fixture, model, Step.Create, key, size),
                        Operation(fixture, model, Step.UpdateExpecting, (key + KeyCount) % (2 * KeyCount), size));
                    break;
                default:
                    await WriteAsync(fixture, model, Operation(fixture, model, kind, key, size));
                    break;
            }
            model.AssertSame(fixture);
        }
    }

    private static WriteOperation Operation(StoreFixture fixture, Reference model, Step kind, int key, int size)
    {
        StoreCollection collection = key < KeyCount ? fixture.PodCollection : fixture.LeaseCollection;
        string name = $"ns{key % 3}/{key}";
        byte[] value = StoreFixture.Bytes($"{model.Revision}:" + new string('x', size));
        // Mostly right, sometimes stale.
        long? expected = size % 5 == 0 ? 1 : model.Find(collection.Name, name)?.Revision;
        return kind switch
        {
            Step.Create => WriteOperation.Create(collection, name, value),
            Step.Update => WriteOperation.Update(collection, name, value),
            Step.UpdateExpecting => WriteOperation.Update(collection, name, value, expected),
            Step.Delete => WriteOperation.Delete(collection, name),
            _ => WriteOperation.Delete(collection, name, expected),
        };
    }

    private static async Task WriteAsync(StoreFixture fixture, Reference model, params WriteOperation[] operations)
    {
        IReadOnlyList<WriteResult> results = await fixture.Store.WriteAsync(operations, StoreFixture.Timeout);
        Assert.That(results.Select(result => result.Outcome), Is.EqualTo(model.Apply(operations)));
    }

    private sealed record ReferenceEntry(string Value, long CreateRevision, long Revision);

    private sealed class Reference
    {
        private readonly Dictionary<(string, string), ReferenceEntry> _entries = [];

        public long Revision { get; private set; } = 1;

        public ReferenceEntry? Find(string collection, string key) => _entries.GetValueOrDefault((collection, key));

        public WriteOutcome[] Apply(WriteOperation[] operations)
        {
            WriteOutcome[] outcomes = [.. operations.Select(Outcome)];
            if (outcomes.Any(outcome => outcome != WriteOutcome.Committed))
            {
                return
                [
                    .. outcomes.Select(o => o == WriteOutcome.Committed ? WriteOutcome.Aborted : o),
                ];
            }
            foreach (WriteOperation operation in operations)
            {
                (string, string) id = (operation.Collection.Name, operation.Key);
                Revision++;
                if (operation.Kind == WriteKind.Delete)
                {
                    _entries.Remove(id);
                    continue;
                }
                long createRevision = _entries.TryGetValue(id, out ReferenceEntry? old) ? old.CreateRevision : Revision;
                string value = System.Text.Encoding.UTF8.GetString(operation.Value.Span);
                _entries[id] = new ReferenceEntry(value, createRevision, Revision);
            }
            return outcomes;
        }

        public void AssertSame(StoreFixture fixture)
        {
            Assert.That(fixture.Store.CurrentRevision, Is.EqualTo(Revision));
            foreach (StoreCollection collection in new[] { fixture.PodCollection, fixture.LeaseCollection })
            {
                CollectionSnapshot snapshot = collection.Snapshot;
                var expected = _entries.Where(pair => pair.Key.Item1 == collection.Name)
                    .OrderBy(pair => pair.Key.Item2, StringComparer.Ordinal)
                    .Select(pair => (pair.Key.Item2, pair.Value));
                var actual = snapshot.Range("").Select(entry => (
                    entry.Key, new ReferenceEntry(StoreFixture.Text(entry), entry.CreateRevision, entry.Revision)));
                Assert.That(actual, Is.EqualTo(expected));
            }
        }

        private WriteOutcome Outcome(WriteOperation operation)
        {
            ReferenceEntry? current = Find(operation.Collection.Name, operation.Key);
            if (operation.Kind == WriteKind.Create)
            {
                return current is null ? WriteOutcome.Committed : WriteOutcome.AlreadyExists;
            }
            return current is null ? WriteOutcome.NotFound
                : operation.ExpectedRevision is { } expected && expected != current.Revision ? WriteOutcome.Conflict
                : WriteOutcome.Committed;
        }
    }
}
