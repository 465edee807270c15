namespace Kube1.Storage.Writing;

/// <summary>What the writer's queue carries: a transaction, or only a reason to wake up.</summary>
internal sealed class WriteRequest : TaskCompletionSource<WriteResult[]>
{
    public WriteRequest(WriteOperation[] operations, bool mustSave, CancellationToken cancellationToken)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Operations = operations;
        Results = operations.Length == 0 ? [] : new WriteResult[operations.Length];
        MustSave = mustSave;
        CancellationToken = cancellationToken;
        foreach (ref readonly WriteOperation operation in operations.AsSpan())
        {
            IsRelaxed &= operation.Collection.Definition.Relaxed;
        }
    }

    /// <summary>All or none of them take place. Empty for a flush.</summary>
    public WriteOperation[] Operations { get; }

    public WriteResult[] Results { get; }

    /// <summary>Whether everything unsaved must be on disk before this request is done.</summary>
    public bool MustSave { get; }

    public bool IsRelaxed { get; private set; } = true;

    /// <summary>Heeded until the writer takes the request up; after that its outcome is reported in any case.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Why the request fails, when it does for a reason of its own.</summary>
    public Exception? Failure { get; set; }

    public void Complete()
    {
        if (Failure is { } failure)
        {
            SetException(failure);
        }
        else
        {
            SetResult(Results);
        }
    }
}
