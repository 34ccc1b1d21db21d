package org.apache.hadoop.dynamodb.tools;

import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.model.ScanRequest;
import com.amazonaws.services.dynamodbv2.model.ScanResult;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/**
 * Stands for the class of Amazon's jar, which is not to be had: DynamoDbExport FOLDER TABLE [THROUGHPUT RATIO [SEGMENTS]]. Writes
 * one file of items, whatever their number, and the manifest; ratio and segments are read and change nothing.
 */
public class DynamoDbExport extends Configured implements Tool {
    public int run(String[] arguments) throws Exception {
        if (arguments.length < 2) {
            throw new IllegalArgumentException("Usage: DynamoDbExport <path> <table-name> [<read-ratio>] [<total-segment-count>]");
        }
        if (arguments.length > 2) {
            Double.parseDouble(arguments[2]);
        }
        Path folder = new Path(arguments[0]);
        FileSystem files = folder.getFileSystem(getConf());
        if (files.exists(folder)) {
            throw new java.io.IOException("Output directory " + folder + " already exists");
        }
        AmazonDynamoDB client = DynamoDbItems.client();
        client.describeTable(arguments[1]);
        Path data = new Path(folder, UUID.randomUUID().toString());
        ObjectMapper json = new ObjectMapper();
        int count = 0;
        OutputStream out = files.create(data);
        Map from = null;
        do {
            ScanRequest request = new ScanRequest(arguments[1]);
            request.setExclusiveStartKey(from);
            ScanResult page = client.scan(request);
            for (Iterator each = page.getItems().iterator(); each.hasNext(); ) {
                out.write((json.writeValueAsString(DynamoDbItems.written((Map) each.next())) + "\n").getBytes("UTF-8"));
                count++;
            }
            from = page.getLastEvaluatedKey();
        } while (from != null);
        out.close();
        String entry = "";
        if (count == 0) {
            files.delete(data, false);
        } else {
            entry = "{\"url\":\"" + data + "\",\"mandatory\":true}\n";
        }
        OutputStream manifest = files.create(new Path(folder, "manifest"));
        String text = "{\"name\":\"DynamoDB-export\",\"version\":3,\n\"entries\": [\n" + entry + "]}";
        manifest.write(text.getBytes("UTF-8"));
        manifest.close();
        files.create(new Path(folder, "_SUCCESS")).close();
        return 0;
    }

    public static void main(String[] arguments) throws Exception {
        System.exit(ToolRunner.run(new DynamoDbExport(), arguments));
    }
}
