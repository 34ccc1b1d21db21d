package org.apache.hadoop.dynamodb.tools;

/** The newer spelling of the class's name. */
public class DynamoDBExport {
    public static void main(String[] arguments) throws Exception {
        DynamoDbExport.main(arguments);
    }
}
